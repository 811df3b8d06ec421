//! The partners of our directory, by whatever a file calls them.

use crate::{
    app::Rules,
    domain::{
        id::PartnerId,
        matching::{Features, MatchingPolicy, Record},
        nearest::nearest,
        problem::quoted,
        search,
        text::Text,
    },
};
use std::collections::HashMap;

pub(in crate::app) struct Partners {
    by_code: HashMap<String, PartnerId>,
    /// By the name, then by its normal form; nobody where two have the same.
    by_name: HashMap<String, Option<PartnerId>>,
    by_form: HashMap<String, Option<PartnerId>>,
    /// Code and name of each, for a hint.
    shown: Vec<(Text, Text)>,
    policy: MatchingPolicy,
}

impl Partners {
    pub fn of(rules: &Rules, policy: &MatchingPolicy) -> Self {
        let mut partners =
            Self { by_code: HashMap::new(), by_name: HashMap::new(), by_form: HashMap::new(), shown: Vec::new(), policy: policy.clone() };
        for partner in rules.directory().all() {
            let (code, name) = (&partner.profile.code, &partner.profile.name);
            partners.by_code.insert(code.to_lowercase(), partner.id);
            let only = |map: &mut HashMap<String, Option<PartnerId>>, key: String| {
                map.entry(key).and_modify(|one| *one = None).or_insert(Some(partner.id));
            };
            only(&mut partners.by_name, search::slug(name));
            only(&mut partners.by_form, form(name, policy));
            partners.shown.push((code.clone(), name.clone()));
        }
        partners
    }

    /// The partner with this code, name or form of the name.
    pub fn find(&self, written: &Text) -> Result<PartnerId, String> {
        if written.is_empty() {
            return Err("the partner is missing; map a column for it, or say with --partner whose deals they are".into());
        }
        if let Some(id) = self.by_code.get(&written.to_lowercase()) {
            return Ok(*id);
        }
        let by_name = self.by_name.get(&search::slug(written));
        let found = by_name.or_else(|| self.by_form.get(&form(written, &self.policy)));
        match found {
            Some(Some(id)) => Ok(*id),
            Some(None) => Err(format!("{} is the name of more than one partner; write the code", quoted(written))),
            None => Err(format!("there is no partner {}{}", quoted(written), self.hint(written))),
        }
    }

    fn hint(&self, written: &Text) -> String {
        let known = self.shown.iter().flat_map(|(code, name)| [code.as_str(), name.as_str()]);
        let Some(near) = nearest(written, known) else { return "; import partners first".into() };
        let whose = self.shown.iter().find(|(code, name)| code.as_str() == near || name.as_str() == near);
        whose.map_or_else(String::new, |(code, name)| format!("; did you mean {code} ({name})?"))
    }
}

/// The words of a company's name in one spelling, without its legal form.
fn form(name: &str, policy: &MatchingPolicy) -> String {
    Features::of(&Record { name, ..Record::default() }, policy).name.into()
}
