//! All partners, indexed for routing. Built once per change of any partner and shared.

use crate::domain::{
    country::Country,
    id::PartnerId,
    partner::{Area, Partner, PartnerKind, PartnerStatus, Profile},
    search,
    text::Text,
    time::Instant,
};
use std::collections::{BTreeMap, HashMap};

/// The partners by number, by code and by the countries they serve.
#[derive(Debug, Default)]
pub struct Directory {
    partners: Vec<Partner>,
    by_id: HashMap<PartnerId, usize>,
    by_code: HashMap<Text, usize>,
    by_country: HashMap<Country, Vec<usize>>,
    /// Serve every country.
    anywhere: Vec<usize>,
}

impl Directory {
    /// `partners` in any order; kept by number, so that every decision sees the same order.
    pub fn new(mut partners: Vec<Partner>) -> Self {
        partners.sort_by_key(|partner| partner.id);
        let mut directory = Self::default();
        for (index, partner) in partners.iter().enumerate() {
            directory.by_id.insert(partner.id, index);
            directory.by_code.insert(partner.profile.code.clone(), index);
            directory.index_areas(index, &partner.profile);
        }
        directory.partners = partners;
        directory
    }

    fn index_areas(&mut self, index: usize, profile: &Profile) {
        if profile.areas.is_empty() {
            if let Some(country) = profile.country {
                self.by_country.entry(country).or_default().push(index);
            }
            return;
        }
        if profile.areas.iter().any(|area| area.countries.is_empty()) {
            self.anywhere.push(index);
            return;
        }
        let mut countries: Vec<_> = profile.areas.iter().flat_map(|area| &area.countries).copied().collect();
        countries.sort_unstable();
        countries.dedup();
        for country in countries {
            self.by_country.entry(country).or_default().push(index);
        }
    }

    pub fn all(&self) -> &[Partner] {
        &self.partners
    }

    pub fn len(&self) -> usize {
        self.partners.len()
    }

    pub fn is_empty(&self) -> bool {
        self.partners.is_empty()
    }

    pub fn get(&self, id: PartnerId) -> Option<&Partner> {
        self.by_id.get(&id).map(|&index| &self.partners[index])
    }

    pub fn by_code(&self, code: &str) -> Option<&Partner> {
        self.by_code.get(&Text::clean(code)).map(|&index| &self.partners[index])
    }

    /// The partners whose areas cover this part of the market, by number.
    pub fn covering<'a>(&'a self, country: Option<Country>, product: &'a str, vertical: &'a str) -> impl Iterator<Item = &'a Partner> {
        let local = country.and_then(|country| self.by_country.get(&country)).map_or(&[][..], Vec::as_slice);
        let mut indexes: Vec<usize> = local.iter().chain(&self.anywhere).copied().collect();
        indexes.sort_unstable();
        indexes.into_iter().map(|index| &self.partners[index]).filter(move |partner| partner.profile.covers(country, product, vertical))
    }
}

/// [`Profile::is_audited`] of a partner of this kind that stands so.
pub fn is_audited(status: PartnerStatus, kind: PartnerKind) -> bool {
    matches!(status, PartnerStatus::Active | PartnerStatus::Suspended) && kind != PartnerKind::Direct
}

impl Profile {
    /// Whether the audit of a quarter looks at it: a suspended partner keeps its tier and may lose it; one that is not on board
    /// yet or has left earns none, and our own direct sales are no partner.
    pub fn is_audited(&self) -> bool {
        is_audited(self.status, self.kind)
    }

    /// The certificates that end and when, the first first. Of two of one name the one that lasts longer counts.
    pub fn certificates_that_end(&self) -> Vec<(&Text, Instant)> {
        let mut last: BTreeMap<String, (&Text, Option<Instant>)> = BTreeMap::new();
        for one in &self.certifications {
            let (_, until) = last.entry(search::words(&one.name)).or_insert((&one.name, one.until));
            *until = until.zip(one.until).map(|(known, other)| known.max(other));
        }
        let mut all: Vec<(&Text, Instant)> = last.into_values().filter_map(|(name, until)| Some((name, until?))).collect();
        all.sort_by_key(|(name, until)| (*until, *name));
        all
    }

    /// Whether one of the areas holds this country, product and vertical. An unknown product or vertical of a lead fits
    /// any area, because nothing speaks against it; an unknown country fits only an area that is open to all.
    pub fn covers(&self, country: Option<Country>, product: &str, vertical: &str) -> bool {
        if self.areas.is_empty() {
            return country.is_some() && self.country == country;
        }
        self.areas.iter().any(|area| area.holds(country, product, vertical))
    }

    /// Where it sells, in a few words.
    pub fn territory(&self) -> Text {
        let mut parts: Vec<String> = self.areas.iter().map(Area::summary).collect();
        if parts.is_empty() {
            parts.push(self.country.map_or_else(|| "no country".to_owned(), |country| country.to_string()));
        }
        Text::clean(&parts.join("; "))
    }

    pub fn is_active(&self) -> bool {
        self.status == PartnerStatus::Active
    }

    /// Holds the certificate on that instant; one that ends at it has ended.
    pub fn is_certified(&self, name: &str, at: Instant) -> bool {
        self.certifications.iter().any(|one| one.name.eq_ignore_ascii_case(name) && one.until.is_none_or(|until| at < until))
    }
}

impl Area {
    fn holds(&self, country: Option<Country>, product: &str, vertical: &str) -> bool {
        let named =
            |list: &[Text], value: &str| list.is_empty() || value.is_empty() || list.iter().any(|one| one.eq_ignore_ascii_case(value));
        let here = self.countries.is_empty() || country.is_some_and(|country| self.countries.contains(&country));
        here && named(&self.products, product) && named(&self.verticals, vertical)
    }

    fn summary(&self) -> String {
        let countries: Vec<_> = self.countries.iter().map(ToString::to_string).collect();
        let mut out = if countries.is_empty() { "everywhere".to_owned() } else { countries.join(" ") };
        for list in [&self.products, &self.verticals] {
            if !list.is_empty() {
                out.push_str(": ");
                out.push_str(&list.iter().map(Text::as_str).collect::<Vec<_>>().join(", "));
            }
        }
        out
    }
}
