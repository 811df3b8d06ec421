//! What a source calls a partner, a product and an end customer, found in ours; and what is wrong with a line before the
//! others are looked at.

use crate::{
    app::{
        Rules,
        deal::customers::{CustomerMatch, Customers},
        import::partners::Partners,
    },
    domain::{
        deal::{AccountLink, Customer, Details},
        id::PartnerId,
        pos::{Entry, OrderLine, Trouble},
        search,
        text::Text,
    },
};
use chrono::NaiveDate;
use std::{collections::HashMap, sync::Arc};

/// Everything of ours that the words of a line are compared with, as it was when it was made.
pub struct Judge {
    partners: Partners,
    /// The product lines of the program by what two spellings of one have in common.
    lines: HashMap<String, Text>,
    customers: Customers,
    found: Found,
}

/// Names that were looked up before: the same ones come again and again.
#[derive(Default)]
struct Found {
    partners: HashMap<Text, Result<PartnerId, Text>>,
    customers: HashMap<String, Result<AccountLink, Text>>,
    lines: HashMap<(Text, Text), Option<Text>>,
}

/// What a line names, found in ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub partner: Result<PartnerId, Text>,
    /// Nothing where the line names no end customer.
    pub customer: Option<Result<AccountLink, Text>>,
    /// The product line as the program writes it; nothing if neither it nor the product is one.
    pub line: Option<Text>,
}

impl Judge {
    pub fn new(rules: &Arc<Rules>, customers: Customers) -> Self {
        let program = rules.program();
        let lines = program.products.iter().map(|name| (search::squeezed(name), name.clone())).collect();
        Self { partners: Partners::of(rules, &program.matching.policy()), lines, customers, found: Found::default() }
    }

    pub fn known(&mut self, entry: &Entry) -> Known {
        Known {
            partner: self.partner(&entry.partner),
            customer: self.customer(&entry.customer),
            line: self.line(&entry.product, &entry.line),
        }
    }

    fn partner(&mut self, written: &Text) -> Result<PartnerId, Text> {
        if let Some(found) = self.found.partners.get(written) {
            return found.clone();
        }
        let found = self.partners.find(written).map_err(|why| Text::clean(&why));
        self.found.partners.insert(written.clone(), found.clone());
        found
    }

    fn line(&mut self, product: &Text, line: &Text) -> Option<Text> {
        // A program that names no product lines asks for none.
        if self.lines.is_empty() {
            return Some(Text::default());
        }
        // Most lines are of products that came before; a pair of texts is looked up without being copied only by its parts.
        let key = (product.clone(), line.clone());
        let lines = &self.lines;
        self.found
            .lines
            .entry(key)
            .or_insert_with_key(|(product, line)| {
                let named = if line.is_empty() { product } else { line };
                lines.get(&search::squeezed(named)).cloned()
            })
            .clone()
    }

    fn customer(&mut self, customer: &Customer) -> Option<Result<AccountLink, Text>> {
        if customer.name.is_empty() {
            return None;
        }
        let country = customer.country.map(|country| country.to_string()).unwrap_or_default();
        let key = [&*customer.name, &country, &customer.city, &customer.postal_code, &customer.website].join("\u{1f}");
        let customers = &self.customers;
        let find = || {
            let details = Details { customer: customer.clone(), ..Details::default() };
            match customers.find(&details) {
                CustomerMatch::Link(link) => Ok(link),
                CustomerMatch::Review(_) => Err(Text::clean("resembles more than one account, or one too little")),
                CustomerMatch::New => Err(Text::clean("is none of our accounts")),
            }
        };
        Some(self.found.customers.entry(key).or_insert_with(find).clone())
    }
}

impl Known {
    /// The line as far as it can be recorded, and what speaks against it. Without a line nobody can let it through.
    pub fn judged(
        &self,
        key: &Text,
        entry: &Entry,
        today: NaiveDate,
        period: Option<(NaiveDate, NaiveDate)>,
    ) -> (Option<OrderLine>, Vec<Trouble>) {
        let mut troubles = Trouble::of_entry(entry);
        if let Err(why) = &self.partner {
            troubles.insert(
                0,
                if entry.partner.is_empty() {
                    Trouble::Missing { field: crate::domain::pos::Field::Partner }
                } else {
                    Trouble::UnknownPartner { why: why.clone() }
                },
            );
        }
        if self.line.is_none() {
            let named = if entry.line.is_empty() { &entry.product } else { &entry.line };
            troubles.push(Trouble::UnknownProduct { name: named.clone() });
        }
        if let Some(Err(why)) = &self.customer {
            troubles.push(Trouble::UnknownCustomer { name: entry.customer.name.clone(), why: why.clone() });
        }
        let line = self.order_line(key, entry);
        if let Some(line) = &line {
            troubles.append(&mut Trouble::of_line(line, today, period));
        }
        (line, troubles)
    }

    fn order_line(&self, key: &Text, entry: &Entry) -> Option<OrderLine> {
        Some(OrderLine {
            key: key.clone(),
            partner: *self.partner.as_ref().ok()?,
            customer: self.customer.as_ref().and_then(|found| found.as_ref().ok().copied()),
            product: if entry.product.is_empty() { entry.line.clone() } else { entry.product.clone() },
            line: self.line.clone().unwrap_or_default(),
            on: entry.on.value()?,
            quantity: entry.quantity.value(),
            price: entry.price.value(),
            amount: entry.amount.value()?,
        })
    }
}
