//! The normalised words of a registration: what a search looks at.

use crate::domain::{deal::Registration, search};

impl Registration {
    /// The words of the customer, the contact, the place, the web site, the registration's number in its source and what
    /// the deal is about; see [`search::words`]. The customer's stand first.
    pub fn search_words(&self) -> String {
        let (details, contact) = (&self.details, &self.details.contact);
        let customer = &details.customer;
        let mut out = String::with_capacity(160);
        let texts =
            [&customer.name, &contact.name, &contact.email, &customer.city, &customer.website, &details.source_key, &details.description];
        for text in texts {
            search::words_into(&mut out, text);
        }
        out
    }
}
