//! The furniture as a room.

use super::{
    Awaited, Intent, Trade, Workroom,
    side::Side,
    work::{Browse, Effect, Found, Msg, Purpose},
};
use crate::{
    domain::{actor::Permission, time::Instant},
    tui::{
        action::{Act, Availability, Context},
        canvas::Canvas,
        room::{Answer, Cx, FieldError, Pulse, Room},
        widgets::{form::Value, line::Completion, pane::Section, table},
    },
};
use ratatui::layout::Rect;

impl<T: Trade> Room for Workroom<T> {
    type Msg = Msg<T>;
    type Effect = Effect<T>;
    type Intent = Intent<T::Id>;

    fn title(&self) -> &'static str {
        T::TITLE
    }

    fn start(&mut self, cx: &mut Cx<'_, Self>) {
        self.keys = cx.keymap.clone();
        self.load(Purpose::Replace, cx);
        self.recount(cx);
        cx.run(Effect::Browse(Browse::Figures));
    }

    fn changed(&mut self, cx: &mut Cx<'_, Self>) {
        self.load_again(cx);
    }

    fn zoned(&mut self, zone: chrono_tz::Tz) {
        self.station.zone = zone;
    }

    fn contexts(&self) -> &'static [Context] {
        match (self.side_focused, self.side) {
            (false, _) => T::IN_TABLE,
            (true, Side::Compare) => self.shown_beside().map_or(T::IN_COMPARISON, T::contexts_beside),
            (true, _) => T::IN_SIDE,
        }
    }

    fn permission(&self, act: Act) -> Option<Permission> {
        if act == Act::Undo { T::UNDO_NEEDS } else { act.row().needs }
    }

    fn availability(&self, act: Act) -> Availability {
        self.is_possible(act)
    }

    fn hints(&self) -> Vec<Act> {
        self.useful()
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx<'_, Self>) {
        (self.blocked, self.now) = (false, cx.now);
        if !self.browse(act, count, cx) && !self.show(act, count, cx) {
            self.begin(act, cx);
        }
    }

    fn update(&mut self, msg: Msg<T>, cx: &mut Cx<'_, Self>) {
        let answers = match (&msg, self.awaits) {
            (Msg::Own(_) | Msg::Browse(Found::Directory(_)), Some(Awaited::Form)) => true,
            (Msg::Browse(Found::Planned(job, _)), Some(Awaited::Plan(awaited))) => *job == awaited,
            _ => false,
        };
        if answers {
            self.awaits = None;
        }
        match msg {
            Msg::Browse(found) => self.found(found, cx),
            Msg::Own(told) => T::told(self, told, cx),
        }
        if cx.shows_something() {
            self.awaits = None;
        }
    }

    fn is_asking(&self) -> bool {
        self.awaits.is_some()
    }

    fn give_up(&mut self) {
        if let Some(Awaited::Plan(job)) = self.awaits.take() {
            self.forget_job(job);
        }
        self.asked = None;
    }

    fn layout(&mut self, area: Rect, cx: &mut Cx<'_, Self>) {
        (self.area, self.now) = (area, cx.now);
        if self.list.is_empty() && self.loading.is_none() {
            // Nobody's story is left to be told.
            self.close_side();
        }
        let areas = self.areas(area);
        if let Some(table) = areas.table {
            self.list.set_height(table::rows_in(table.height));
        }
        self.want_rows(cx);
        self.want_story(cx);
        if self.counted_at.is_some_and(|at| cx.now.since(at) >= super::trade::RECOUNT) {
            self.time_passed(cx);
        }
        if let Some(inside) = areas.inside_side()
            && let Some(sections) = self.side_sections(inside.width, cx.now)
        {
            self.pane.layout(&sections, inside);
            if self.story().is_some()
                && let Some(title) = self.open_at.take()
            {
                self.pane.show(place_of(title, &sections));
            }
        }
    }

    fn view(&self, area: Rect, canvas: &mut Canvas<'_>) {
        self.draw(area, canvas);
    }

    fn pulse(&self, now: Instant) -> Pulse {
        self.pulse_of(now)
    }

    fn answered(&mut self, intent: Intent<T::Id>, answer: Answer, cx: &mut Cx<'_, Self>) {
        match (intent, answer) {
            (Intent::Filter, Answer::Entered(text)) => self.filter_entered(&text, cx),
            (Intent::Filter, Answer::Cancelled) => self.filter_cancelled(cx),
            (Intent::Form { act, .. }, Answer::Filled(values)) => self.filled(act, &values, cx),
            (Intent::Apply { job }, Answer::Confirmed) => self.apply(job, cx),
            _ => {}
        }
    }

    fn typing(&mut self, intent: &Intent<T::Id>, text: &str, cx: &mut Cx<'_, Self>) {
        if *intent == Intent::Filter {
            self.filter_typed(text, cx);
        }
    }

    fn complete(&self, intent: &Intent<T::Id>, text: &str, cursor: usize) -> Completion {
        if *intent == Intent::Filter { self.filter_completion(text, cursor) } else { Completion::default() }
    }

    fn check(&self, intent: &Intent<T::Id>, values: &[Value]) -> Result<String, FieldError> {
        match intent {
            Intent::Form { act, records } => T::check(self, *act, records, values),
            _ => Ok(String::new()),
        }
    }
}

impl<T: Trade> Workroom<T> {
    fn found(&mut self, found: Found<T>, cx: &mut Cx<'_, Self>) {
        match found {
            Found::Page(load, result) => self.page_came(load, result, cx),
            Found::Counts(Ok(counts)) => self.counts = Some(counts),
            Found::Figures(Ok(figures)) => self.figures = Some(figures),
            Found::Detail(id, Ok(detail)) => {
                self.detail_came(id, detail);
                T::story_came(self, cx);
            }
            Found::Detail(id, Err(why)) => {
                self.detail_failed(id, &why);
                T::story_came(self, cx);
            }
            Found::Counts(Err(_)) | Found::Figures(Err(_)) => {}
            Found::Directory(Ok(known)) => {
                self.known = known;
                T::directory_came(self, cx);
            }
            Found::Directory(Err(why)) => cx.fail(format!("names were not loaded: {why}")),
            Found::Matching(result) => self.matching_came(result, cx),
            Found::Planned(job, result) => self.planned(job, result, cx),
            Found::Executed(job, executed) => self.executed(job, &executed, cx),
            Found::LastDone(result) => self.last_done_came(result, cx),
        }
    }
}

/// Where the section stands whose title begins so, among the sections with a title.
fn place_of(title: &str, sections: &[Section]) -> usize {
    sections.iter().filter(|section| !section.title.is_empty()).position(|section| section.title.starts_with(title)).unwrap_or(0)
}
