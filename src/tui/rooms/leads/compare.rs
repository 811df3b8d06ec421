//! A lead beside one that it resembles, field by field, with what each fact moved the score.

use super::{LeadRoom, words};
use crate::{
    app::lead::view::Duplicate,
    domain::{
        lead::Lead,
        matching::{Fact, Part},
        time::Instant,
    },
    tui::{
        canvas::Canvas,
        theme::Role,
        widgets::{
            compare::{self, Compare, Likeness, Pair},
            text,
        },
    },
};
use chrono_tz::Tz;
use ratatui::layout::Rect;

impl LeadRoom {
    /// The highlighted duplicate of the lead under the cursor.
    pub(super) fn rival(&self) -> Option<&Duplicate> {
        let duplicates = &self.story()?.duplicates;
        duplicates.get(self.rival_at().min(duplicates.len().saturating_sub(1)))
    }

    pub(super) fn draw_rival(&self, area: Rect, canvas: &mut Canvas<'_>) {
        let Some(story) = self.story() else {
            let [first, second] = self.untold().unwrap_or_else(|| ["…".to_owned(), String::new()]);
            canvas.put(area.x, area.y + 1, area.width, &first, if second.is_empty() { Role::Dim } else { Role::Bad });
            canvas.put(area.x, area.y + 2, area.width, &second, Role::Dim);
            return;
        };
        let Some(rival) = self.rival() else {
            canvas.put(area.x, area.y + 1, area.width, "nothing in the database resembles this lead", Role::Strong);
            canvas.put(area.x, area.y + 2, area.width, "x keeps it as a lead of its own where it is in review; esc closes", Role::Dim);
            return;
        };
        let y = self.draw_candidates(&story.duplicates, area, canvas);
        let body = Rect { y, height: area.bottom().saturating_sub(y), ..area };
        compare::view(canvas, body, &side_by_side(&story.lead, rival, canvas.now, self.station.zone));
    }

    /// One line a candidate while there is room, the highlighted one marked; gives the line below them.
    fn draw_candidates(&self, duplicates: &[Duplicate], area: Rect, canvas: &mut Canvas<'_>) -> u16 {
        let mut y = area.y + 1;
        if duplicates.len() < 2 {
            return y;
        }
        let rows = duplicates.len().min(usize::from(area.height / 5).max(2));
        let chosen = self.rival_at().min(duplicates.len() - 1);
        let first = (chosen + 1).saturating_sub(rows);
        for (index, one) in duplicates.iter().enumerate().skip(first).take(rows) {
            let current = index == chosen;
            let role = if current { Role::MenuSelected } else { Role::Text };
            let line = format!(
                "{} {}  {}  {}  {}",
                if current { "›" } else { " " },
                words::percent(one.score.total_bp),
                one.lead.id,
                text::cut(one.lead.called(), 40),
                one.lead.state.name()
            );
            canvas.put(area.x, y, area.width, &line, role);
            y += 1;
        }
        let more = duplicates.len() - rows;
        if more > 0 {
            canvas.put(area.x + 2, y, area.width, &format!("[ and ] for {more} more"), Role::Dim);
            y += 1;
        }
        y + 1
    }
}

/// The comparison of two leads; what moved the score stands behind its field.
pub fn side_by_side(lead: &Lead, rival: &Duplicate, now: Instant, zone: Tz) -> Compare {
    let (a, b) = (&lead.intake, &rival.lead.intake);
    let country = |lead: &Lead| lead.intake.country.map_or_else(String::new, |country| country.name().to_owned());
    let moment = |lead: &Lead| words::moment(lead.received_at, now, zone);
    let place = |lead: &Lead| format!("{} {}", lead.intake.postal_code, lead.intake.city).trim().to_owned();
    let parts = &rival.score.parts;
    let pairs = vec![
        pair("company", &a.company, &b.company, part(parts, &[Fact::Name, Fact::LegalForm])),
        pair("country", &country(lead), &country(&rival.lead), part(parts, &[Fact::Country])),
        pair("place", &place(lead), &place(&rival.lead), part(parts, &[Fact::Postal, Fact::City])),
        pair("street", &a.street, &b.street, part(parts, &[Fact::Street])),
        pair("web", &a.website, &b.website, part(parts, &[Fact::Domain])),
        pair("person", &a.person.name, &b.person.name, part(parts, &[Fact::Person])),
        pair("e-mail", &a.person.email, &b.person.email, part(parts, &[Fact::Email])),
        pair("phone", &a.person.phone, &b.person.phone, part(parts, &[Fact::Phone])),
        pair("asks for", &a.product, &b.product, None),
        beside("score", &a.score.to_string(), &b.score.to_string()),
        beside("consent", words::basis(lead.consent().basis), words::basis(rival.lead.consent().basis)),
        beside("source", &a.source, &b.source),
        beside("received", &moment(lead), &moment(&rival.lead)),
        beside("stage", lead.state.name(), rival.lead.state.name()),
    ];
    Compare { left: format!("{} (this lead)", lead.id), right: format!("{} (candidate)", rival.lead.id), pairs, verdict: verdict(rival) }
}

/// One sentence: how alike, and what moved it.
pub fn verdict(rival: &Duplicate) -> String {
    let moved: Vec<String> =
        rival.score.parts.iter().map(|part| format!("{} {:+}", part.fact.name(), part.contribution_bp / 100)).collect();
    format!("{} alike: {}", words::percent(rival.score.total_bp), moved.join(", "))
}

/// The weakest agreement of the facts that belong to a field.
fn part(parts: &[Part], facts: &[Fact]) -> Option<u16> {
    parts.iter().filter(|part| facts.contains(&part.fact)).map(|part| part.agreement_bp).min()
}

/// What speaks neither for nor against: no shape between the two.
fn beside(label: &'static str, left: &str, right: &str) -> Pair {
    Pair { likeness: Likeness::Unknown, ..pair(label, left, right, None) }
}

fn pair(label: &'static str, left: &str, right: &str, agreement_bp: Option<u16>) -> Pair {
    let likeness = if left.trim().is_empty() || right.trim().is_empty() {
        Likeness::Unknown
    } else if left.trim().eq_ignore_ascii_case(right.trim()) {
        Likeness::Same
    } else {
        match agreement_bp {
            Some(0) | None => Likeness::Different,
            Some(bp) => Likeness::Similar(u8::try_from(bp / 100).unwrap_or(100)),
        }
    };
    let shown = |text: &str| if text.trim().is_empty() { "–".to_owned() } else { text.to_owned() };
    Pair { label, left: shown(left), right: shown(right), likeness }
}
