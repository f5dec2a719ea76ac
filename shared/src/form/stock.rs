//! What one types about a stock: its symbol, how many shares, and their price.

use std::fmt;
use std::str::FromStr;

use rocket::form::{self, FromFormField, ValueField};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The most shares, and the highest price, that one can type.
const MOST: u32 = 1_000_000_000;

/// A stock's symbol: 1 to 10 of `A-Z 0-9 . -`.
///
/// ```
/// use rocket::form::{FromFormField, ValueField};
/// use shared::form::Symbol;
///
/// let typed = |text| Symbol::from_value(ValueField::from_value(text));
/// assert_eq!(typed("AAPL").unwrap().to_string(), "AAPL");
/// assert!(typed("TOO-LONG-BY-FAR").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbol(String);

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Symbol {
    type Err = &'static str;

    fn from_str(symbol: &str) -> Result<Self, Self::Err> {
        let allowed =
            |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '.' || c == '-';
        if (1..=10).contains(&symbol.len()) && symbol.chars().all(allowed) {
            return Ok(Self(symbol.to_owned()));
        }
        Err("A symbol is 1 to 10 capital letters, digits, dots and hyphens, such as AAPL.")
    }
}

impl<'v> FromFormField<'v> for Symbol {
    fn from_value(field: ValueField<'v>) -> form::Result<'v, Self> {
        parse(field)
    }
}

/// A whole number of shares, from 1 to 1,000,000,000.
///
/// ```
/// use rocket::form::{FromFormField, ValueField};
/// use shared::form::Shares;
///
/// let typed = |text| Shares::from_value(ValueField::from_value(text));
/// assert_eq!(typed("15").unwrap().count(), 15);
/// assert!(typed("1.5").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares(u32);

impl Shares {
    /// How many.
    #[must_use]
    pub fn count(self) -> u32 {
        self.0
    }
}

impl FromStr for Shares {
    type Err = &'static str;

    fn from_str(digits: &str) -> Result<Self, Self::Err> {
        let count = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok());
        match count.flatten() {
            Some(count @ 1..=MOST) => Ok(Self(count)),
            _ => Err("Shares are a whole number from 1 to 1000000000, without commas."),
        }
    }
}

impl<'v> FromFormField<'v> for Shares {
    fn from_value(field: ValueField<'v>) -> form::Result<'v, Self> {
        parse(field)
    }
}

/// A price in dollars above 0, up to 1,000,000,000, with at most 4 decimal places and at
/// least 2 when shown: a decimal, so that 302.17 stays 302.17.
///
/// ```
/// use rocket::form::{FromFormField, ValueField};
/// use shared::form::Price;
///
/// let typed = |text| Price::from_value(ValueField::from_value(text));
/// assert_eq!(typed("302.17").unwrap().to_string(), "302.17");
/// assert_eq!(typed("5").unwrap().to_string(), "5.00");
/// assert!(typed("0").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price(Decimal);

impl Price {
    /// What so many shares are worth.
    #[must_use]
    pub fn times(self, shares: Shares) -> Self {
        Self(self.0 * Decimal::from(shares.0))
    }
}

impl std::iter::Sum for Price {
    fn sum<I: Iterator<Item = Self>>(prices: I) -> Self {
        Self(prices.map(|price| price.0).sum())
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Price {
    type Err = &'static str;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let plain = typed.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        // For each zero in front `Decimal` would go a step deeper, until there is no stack left.
        let digits = typed.trim_start_matches('0');
        match plain.then(|| Decimal::from_str_exact(digits).ok()).flatten() {
            Some(price) if price > Decimal::ZERO && price <= MOST.into() && price.scale() <= 4 => {
                let mut price = price.normalize();
                price.rescale(price.scale().max(2));
                Ok(Self(price))
            }
            _ => Err(
                "A price is above 0 and at most 1000000000, with up to 4 decimal places and no $ or commas, such as 302.17.",
            ),
        }
    }
}

impl<'v> FromFormField<'v> for Price {
    fn from_value(field: ValueField<'v>) -> form::Result<'v, Self> {
        parse(field)
    }
}

/// What was typed, without the spaces around it.
fn parse<T: FromStr<Err = &'static str>>(field: ValueField<'_>) -> form::Result<'_, T> {
    Ok(field.value.trim().parse().map_err(form::Error::validation)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_is_too_long_for_the_stack() {
        let zeros = "0".repeat(1_000_000);
        assert_eq!(format!("{zeros}5").parse(), "5".parse::<Price>());
        for digits in ["", "1", "."] {
            assert!(format!("{digits}{zeros}").parse::<Price>().is_err(), "{digits:?}");
            assert!(format!("{digits}{zeros}").parse::<Shares>().is_err(), "{digits:?}");
        }
    }
}
