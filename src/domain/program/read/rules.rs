//! `[routing]` and its lists of rules.

use super::{MOST, Names, countries, known, whole};
use crate::domain::{
    country::Country,
    document::{Table, Value},
    problem::quoted,
    program::{CertificationRule, ClosedCalendar, Exclusion, NamedAccount, PartnerReference, Routing, Territory},
    text::Text,
};
use std::collections::BTreeSet;

pub fn routing(root: &Table<'_>, names: &Names<'_>) -> (Routing, Vec<PartnerReference>) {
    let mut routing = Routing {
        max_offers: 3,
        fallback_queue: Text::clean("channel desk"),
        closed_calendar: ClosedCalendar::Count,
        seed: 1,
        named_accounts: Vec::new(),
        territories: Vec::new(),
        certifications: Vec::new(),
        exclusions: Vec::new(),
    };
    let Some(table) = root.section("routing") else { return (routing, Vec::new()) };
    let mut rules = Rules { names, partners: Vec::new() };
    if let Some(offers) = table.optional("max_offers").and_then(|value| whole(&value, 1..=100)) {
        routing.max_offers = offers;
    }
    if let Some(queue) = table.optional("fallback_queue").and_then(|value| value.text()) {
        routing.fallback_queue = queue;
    }
    let choices = [ClosedCalendar::Count, ClosedCalendar::Skip].map(|choice| (choice.name(), choice));
    if let Some(choice) = table.optional("closed_calendar").and_then(|value| value.one_of(&choices)) {
        routing.closed_calendar = choice;
    }
    if let Some(seed) = table.optional("seed").and_then(|value| value.integer(0..=i64::MAX)) {
        routing.seed = seed.unsigned_abs();
    }
    routing.named_accounts = rules.named_accounts(&table);
    routing.territories = rules.territories(&table);
    routing.certifications = rules.certifications(&table);
    routing.exclusions = rules.exclusions(&table);
    table.finish();
    (routing, rules.partners)
}

/// Reads the lists of rules and gathers the partners that they name.
struct Rules<'a> {
    names: &'a Names<'a>,
    partners: Vec<PartnerReference>,
}

impl Rules<'_> {
    fn named_accounts(&mut self, routing: &Table<'_>) -> Vec<NamedAccount> {
        let mut seen = BTreeSet::new();
        let mut accounts = Vec::new();
        for row in rows(routing, "named_account", 10 * MOST) {
            let account = row.required("account").and_then(|value| Some((value.text()?, value)));
            if let Some((account, value)) = &account
                && NamedAccount::keys(account).into_iter().filter(|key| !seen.insert(key.clone())).count() > 0
            {
                value.problem(format!("the account {} has a partner already", quoted(account)), "an account goes to one partner");
            }
            let partner = row.required("partner").and_then(|value| self.partner(&value));
            row.finish();
            if let (Some((account, _)), Some(partner)) = (account, partner) {
                accounts.push(NamedAccount { account, partner });
            }
        }
        accounts
    }

    fn territories(&mut self, routing: &Table<'_>) -> Vec<Territory> {
        let mut territories: Vec<Territory> = Vec::new();
        for row in rows(routing, "territory", MOST) {
            let mistakes = row.mistakes();
            let name = row.required("name").and_then(|value| Some((value.text()?, value)));
            if let Some((name, value)) = &name
                && territories.iter().any(|other| other.name.eq_ignore_ascii_case(name))
            {
                value.problem(format!("the territory {} stands twice", quoted(name)), "explanations name it, so names differ");
            }
            let territory = Territory {
                name: name.map(|(name, _)| name).unwrap_or_default(),
                countries: self.places(&row),
                products: self.products(&row),
                verticals: self.verticals(&row),
                partners: self.partner_list(&row),
            };
            row.finish();
            if row.mistakes() > mistakes {
                continue;
            }
            if let Some(first) = territories.iter().find(|earlier| earlier.covers_all_of(&territory)) {
                let message = format!("this territory never decides, because {} covers whatever it does", quoted(&first.name));
                row.problem(message, "put the narrower territory first, or remove one");
            }
            territories.push(territory);
        }
        territories
    }

    fn certifications(&mut self, routing: &Table<'_>) -> Vec<CertificationRule> {
        let mut rules: Vec<CertificationRule> = Vec::new();
        for row in rows(routing, "certification", MOST) {
            let product = row.required("product").and_then(|value| self.product(&value, &value.text()?));
            let requires = row.required("requires").and_then(|value| value.text());
            row.finish();
            let (Some(product), Some(requires)) = (product, requires) else { continue };
            let rule = CertificationRule { product, requires };
            if rules.contains(&rule) {
                row.problem(format!("{} is required for {} already", quoted(&rule.requires), quoted(&rule.product)), "remove one");
            }
            rules.push(rule);
        }
        rules
    }

    fn exclusions(&mut self, routing: &Table<'_>) -> Vec<Exclusion> {
        let mut exclusions: Vec<Exclusion> = Vec::new();
        for row in rows(routing, "exclude", MOST) {
            let reason = row.required("reason").and_then(|value| Some((value.text()?, value)));
            if let Some((reason, value)) = &reason
                && exclusions.iter().any(|other| other.reason.eq_ignore_ascii_case(reason))
            {
                value.problem("another exclusion has this reason", "explanations name an exclusion by its reason, so reasons differ");
            }
            let partner = row.optional("partner");
            let unconditional = partner.is_none()
                && ["countries", "regions", "products", "verticals", "sources"].iter().all(|key| row.optional(key).is_none());
            if unconditional {
                row.problem(
                    "this exclusion would keep every lead from every partner",
                    "state a partner, countries, products, verticals or sources",
                );
            }
            exclusions.push(Exclusion {
                partner: partner.and_then(|value| self.partner(&value)),
                countries: self.places(&row),
                products: self.products(&row),
                verticals: self.verticals(&row),
                sources: Self::listed(&row, "sources", "source", self.names.sources, "add it to names in [sources]"),
                reason: reason.map(|(reason, _)| reason).unwrap_or_default(),
            });
            row.finish();
        }
        exclusions
    }

    /// `countries`, and the members of `regions`.
    fn places(&self, row: &Table<'_>) -> BTreeSet<Country> {
        let mut found = row.optional("countries").map(|value| countries(&value)).unwrap_or_default();
        for (text, value) in row.optional("regions").map(|value| value.texts()).unwrap_or_default() {
            if let Some(name) = known(&value, &text, "region", self.names.regions.keys(), "") {
                found.extend(&self.names.regions[&name]);
            }
        }
        found
    }

    fn products(&self, row: &Table<'_>) -> Vec<Text> {
        let listed = row.optional("products").map(|value| value.texts()).unwrap_or_default();
        listed.into_iter().filter_map(|(text, value)| self.product(&value, &text)).collect()
    }

    fn product(&self, value: &Value<'_>, text: &str) -> Option<Text> {
        known(value, text, "product", self.names.products, "add it to lines in [products]")
    }

    fn verticals(&self, row: &Table<'_>) -> Vec<Text> {
        Self::listed(row, "verticals", "vertical", self.names.verticals, "add it to names in [verticals]")
    }

    fn listed(row: &Table<'_>, key: &'static str, kind: &str, names: &[Text], otherwise: &str) -> Vec<Text> {
        let listed = row.optional(key).map(|value| value.texts()).unwrap_or_default();
        listed.into_iter().filter_map(|(text, value)| known(&value, &text, kind, names, otherwise)).collect()
    }

    fn partner_list(&mut self, row: &Table<'_>) -> Vec<Text> {
        let listed = row.optional("partners").map(|value| value.texts()).unwrap_or_default();
        listed.into_iter().filter_map(|(_, value)| self.partner(&value)).collect()
    }

    fn partner(&mut self, value: &Value<'_>) -> Option<Text> {
        let code = value.text()?;
        let (line, column) = value.position();
        self.partners.push(PartnerReference { code: code.clone(), line, column });
        Some(code)
    }
}

/// The tables of `[[routing.key]]`.
fn rows<'d>(routing: &Table<'d>, key: &'static str, most: usize) -> Vec<Table<'d>> {
    routing.optional(key).map(|value| value.tables_up_to(most)).unwrap_or_default()
}
