use super::*;

#[test]
fn a_name_is_there_once_but_for_the_terminal_beside_its_browser() {
    let mut people = People::default();
    let tim = people.join("Tim", "192.0.2.7", Way::Browser, 0).unwrap();
    assert!(people.join("tim", "192.0.2.8", Way::Tool, 0).is_err());
    assert!(people.join("tim", "192.0.2.7", Way::Browser, 0).is_err());
    assert_eq!(people.join("tim", "192.0.2.7", Way::Tool, 0), Ok(tim));
    people.remove(tim);
    assert_ne!(people.join("Tim", "192.0.2.9", Way::Browser, 0), Ok(tim));
}

#[test]
fn the_room_has_an_end_and_a_door() {
    let mut people = People::default();
    for number in 0..PLACES {
        people.join(&format!("P{number}"), "192.0.2.7", Way::Browser, 0).unwrap();
    }
    assert!(people.join("Tim", "192.0.2.7", Way::Browser, 0).unwrap_err().contains("full"));
    people.remove(1);
    people.door_is_closed = true;
    assert!(people.join("Tim", "192.0.2.7", Way::Browser, 0).unwrap_err().contains("closed"));
    people.door_is_closed = false;
    assert!(people.join("Tim", "192.0.2.7", Way::Browser, 0).is_ok());
}
