/// temp
pub fn is_visible(text: &str) -> bool { !text.contains(char::is_control) }
