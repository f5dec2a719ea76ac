use super::*;

#[test]
fn a_name_is_there_once_but_for_those_who_know_its_code() {
    let mut people = People::default();
    let tim = people.join("Tim", "A2", 0).unwrap();
    assert!(people.join("tim", "B2", 0).unwrap_err().contains("taken"));
    people.door_is_closed = true;
    assert_eq!(people.join("tim", "A2", 0), Ok(tim));
    people.door_is_closed = false;
    let ada = people.join("Ada", "A2", 0).unwrap();
    assert!(people.rename(ada, "TIM").is_err() && people.rename(ada, &"x".repeat(41)).is_err());
    assert!(people.rename(ada, "ADA").is_ok());
    assert_eq!(people.get(ada).unwrap().name, "ADA");
    for alike in ["T\u{456}m", "\u{422}im", "TIM"] {
        assert!(people.join(alike, "C2", 0).is_err(), "{}", alike.escape_unicode());
        assert!(people.rename(ada, alike).is_err(), "{}", alike.escape_unicode());
    }
    assert!(people.join("T\u{ed}m", "C2", 0).is_ok(), "an accent can be seen");
    people.remove(tim);
    assert_ne!(people.join("Tim", "A2", 0), Ok(tim));
}

#[test]
fn the_room_has_an_end_and_a_door() {
    let mut people = People::default();
    for number in 0..PLACES {
        people.join(&format!("P{number}"), "", 0).unwrap();
    }
    assert!(people.join("Tim", "", 0).unwrap_err().contains("full"));
    people.remove(1);
    people.door_is_closed = true;
    assert!(people.join("Tim", "", 0).unwrap_err().contains("closed"));
    people.door_is_closed = false;
    assert!(people.join("Tim", "", 0).is_ok());
}
