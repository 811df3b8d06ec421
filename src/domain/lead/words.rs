//! The normalised words of a lead: what a search looks at.

use crate::domain::{lead::Lead, search};

impl Lead {
    /// The words of the company, the person, the place, the web site and the lead's number in its source; see
    /// [`search::words`]. The company's stand first.
    pub fn search_words(&self) -> String {
        let (intake, person) = (&self.intake, &self.intake.person);
        let mut out = String::with_capacity(128);
        for text in [&intake.company, &person.name, &person.email, &intake.city, &intake.website, &intake.source_key] {
            search::words_into(&mut out, text);
        }
        out
    }
}
