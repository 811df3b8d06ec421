//! A small room for trying the shell: a few hundred made-up leads, worked with real widgets.

use pilothouse::domain::time::{Instant, Span};
use pilothouse::tui::{
    action::{Act, Availability, Context, Danger},
    canvas::Canvas,
    room::{Answer, Cx, FieldError, Pulse, Room},
    theme::Role,
    widgets::{
        chart,
        compare::{self, Compare, Likeness, Pair},
        confirm::{Confirm, PlanRow},
        countdown::{self, Standing},
        form::{Choice, Field, Form, Value},
        line::{Candidate, Completion, Line},
        list::{List, Page, Record},
        pane::{Pane, Row, Section},
        table::{self, Cell, Column, Empty},
        tabs::{self, Tab},
    },
};
use ratatui::layout::Rect;

#[derive(Debug, Clone)]
pub struct Lead {
    pub id: u32,
    pub company: String,
    pub due: Option<Instant>,
    pub stage: &'static str,
}

impl Record for Lead {
    type Key = u32;
    fn key(&self) -> u32 {
        self.id
    }
}

#[derive(Debug)]
pub enum Msg {
    Changed(Vec<Lead>),
    Planned(Vec<u32>),
}

#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    Plan(Vec<u32>),
    Pause(Vec<u32>),
    Panic,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    Filter,
    Pause(Vec<u32>),
    Decline(u32),
}

pub struct Desk {
    pub all: Vec<Lead>,
    pub list: List<Lead>,
    filter: String,
    pane: Pane,
    detail: bool,
    focus_detail: bool,
    comparing: bool,
    queue: usize,
}

const COLUMNS: [Column; 7] = [
    Column::new("LEAD", 6).pointer(),
    Column::new("COMPANY", 24).grow(3).pointer(),
    Column::new("STAGE", 9),
    Column::new("DUE", 14),
    Column::new("SCORE", 5).right().priority(1),
    Column::new("COUNTRY", 7).priority(3),
    Column::new("PARTNER", 18).grow(2).priority(2),
];

const COMPANIES: [&str; 8] = [
    "Müller & Söhne Maschinenbau GmbH",
    "Northwind Traders",
    "東京精密機械株式会社",
    "Société Générale d'Équipement",
    "Contoso Ltd",
    "Ośrodek Badań i Rozwoju",
    "Álvarez Hermanos S.A. de C.V.",
    "ACME",
];

/// Leads whose clocks are spread around `now`: late, soon, tomorrow, none.
pub fn leads(count: u32, now: Instant) -> Vec<Lead> {
    (1..=count)
        .map(|id| {
            let minutes = [-12, -1, 4, 14, 95, 185, 600, 2_000][id as usize % 8] + i64::from(id);
            Lead {
                id,
                company: COMPANIES[id as usize % COMPANIES.len()].to_owned(),
                due: (id % 9 != 0).then(|| now.plus(Span::minutes(minutes))),
                stage: ["offered", "accepted", "touched"][id as usize % 3],
            }
        })
        .collect()
}

impl Desk {
    pub fn new(all: Vec<Lead>) -> Self {
        let mut list = List::default();
        list.replace(Page::whole(all.clone()));
        Self { all, list, filter: String::new(), pane: Pane::default(), detail: false, focus_detail: false, comparing: false, queue: 6 }
    }

    fn standing(lead: &Lead, now: Instant) -> Standing {
        match lead.due {
            None => Standing::None,
            Some(due) if due < now => Standing::Breached { late: now.since(due) },
            Some(due) => {
                let left = due.since(now);
                let used = 100 - left.minutes_floor().clamp(0, 480) * 100 / 480;
                Standing::Running { left, used_percent: u8::try_from(used).unwrap() }
            }
        }
    }

    fn select_filtered(&mut self) {
        let wanted = self.filter.to_lowercase();
        let rows = self.all.iter().filter(|lead| lead.company.to_lowercase().contains(&wanted)).cloned();
        self.list.replace(Page::whole(rows.collect()));
    }

    fn areas(&self, area: Rect) -> (Rect, Rect, Rect) {
        let tabs = Rect { height: 1, ..area };
        let below = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        if !self.detail {
            return (tabs, below, Rect { height: 0, ..below });
        }
        let table = Rect { height: below.height / 2, ..below };
        (tabs, table, Rect { y: below.y + table.height, height: below.height - table.height, ..below })
    }

    fn sections(&self) -> Vec<Section> {
        let Some(lead) = self.list.selected() else { return Vec::new() };
        vec![
            Section::new(
                "Facts",
                vec![
                    Row::fact("company", lead.company.clone(), Role::Strong),
                    Row::fact("stage", lead.stage, Role::Text),
                    Row::fact("arrivals", chart::sparkline(&[1, 4, 2, 0, 7, 3, 9, 12, 8, 2]), Role::ChartLow),
                    Row::fact("first touch", chart::progress(7, 9, 20), Role::ChartMid),
                ],
            ),
            Section::new(
                "Why this partner",
                vec![
                    Row::pieces(vec![
                        ("✓ ".into(), Role::Good),
                        ("Nordlicht Systems ".into(), Role::Strong),
                        ("won the rotation: 412 of 1,000 of its share, the lowest".into(), Role::Text),
                    ]),
                    Row::pieces(vec![
                        ("✗ ".into(), Role::Bad),
                        ("Cobalt Partners ".into(), Role::Strong),
                        ("declined this lead on Monday; it would have won otherwise, with a share of 380 of 1,000".into(), Role::Text),
                    ])
                    .indented(0),
                    Row::pieces(vec![
                        ("✗ ".into(), Role::Bad),
                        ("Alpenblick IT ".into(), Role::Strong),
                        ("capacity 20 of 20".into(), Role::Text),
                    ]),
                ],
            ),
            Section::new(
                "Timeline",
                (1..12).map(|n| Row::fact("09:41", format!("event number {n} of this lead, told in one line"), Role::Text)).collect(),
            ),
        ]
    }
}

impl Room for Desk {
    type Msg = Msg;
    type Effect = Effect;
    type Intent = Intent;

    fn title(&self) -> &'static str {
        "Leads"
    }

    fn start(&mut self, _cx: &mut Cx<Self>) {}

    fn contexts(&self) -> &'static [Context] {
        if self.focus_detail { &[Context::Leads, Context::Pane] } else { &[Context::Leads, Context::List] }
    }

    fn availability(&self, act: Act) -> Availability {
        match act {
            Act::LeadResume => Availability::no("its clock is running"),
            Act::LeadUnmerge => Availability::no("it was never merged"),
            Act::Undo => Availability::no("you have changed nothing yet"),
            _ => Availability::Yes,
        }
    }

    fn hints(&self) -> Vec<Act> {
        vec![
            Act::Open,
            Act::LeadAccept,
            Act::LeadDecline,
            Act::LeadPause,
            Act::LeadResume,
            Act::LeadNote,
            Act::Filter,
            Act::Mark,
            Act::Undo,
        ]
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx<Self>) {
        if self.list.motion(act, count).is_some() {
            self.pane.reset();
            return;
        }
        if self.pane.motion(act, count) {
            return;
        }
        match act {
            Act::Open => self.detail = true,
            Act::Back if self.comparing => self.comparing = false,
            Act::Back if self.detail => (self.detail, self.focus_detail) = (false, false),
            Act::Back if !self.filter.is_empty() => {
                self.filter.clear();
                self.select_filtered();
            }
            Act::Back => drop(self.list.unmark_all()),
            Act::FocusNext | Act::FocusPrevious => self.focus_detail = self.detail && !self.focus_detail,
            Act::Mark => self.list.mark(count),
            Act::MarkRange => self.list.mark_range(),
            Act::MarkAll => self.list.mark_keys(self.list.rows().iter().map(Record::key).collect::<Vec<_>>()),
            Act::TabNext => self.queue = (self.queue + 1) % 7,
            Act::TabPrevious => self.queue = (self.queue + 6) % 7,
            Act::Refresh => drop(self.list.bring_in()),
            Act::Filter => cx.line(Line::new("/ ", self.filter.clone()), Intent::Filter),
            Act::LeadCompare => self.comparing = true,
            Act::LeadEscalate => cx.run(Effect::Panic),
            Act::LeadPause => cx.run(Effect::Plan(self.list.targets())),
            Act::LeadDecline | Act::LeadNote => {
                let Some(lead) = self.list.selected() else { return cx.say("no lead is selected") };
                let reasons = ["no capacity", "wrong region", "no certification", "customer unknown", "other"]
                    .map(|reason| Choice::new(reason, "counts against the partner's acceptance"));
                let form = Form::new(format!("Decline L-{} {}", lead.id, lead.company), "decline")
                    .about("Nordlicht Systems holds the offer; the lead goes to the next candidate.")
                    .field(Field::choice("reason", reasons.to_vec()))
                    .field(Field::note("note", "").hint("what the partner said"));
                cx.form(form, Intent::Decline(lead.id));
            }
            Act::CopyId => {
                if let Some(key) = self.list.selected_key() {
                    cx.copy(format!("L-{key}"));
                    cx.say(format!("copied L-{key}"));
                }
            }
            other => cx.say(format!("{} is not played here", other.row().name)),
        }
    }

    fn update(&mut self, msg: Msg, cx: &mut Cx<Self>) {
        match msg {
            Msg::Changed(all) => {
                self.all = all;
                self.list.refresh(Page::whole(self.all.clone()));
            }
            Msg::Planned(keys) => {
                let row = |key: &u32| {
                    let lead = &self.all[*key as usize - 1];
                    let outcome = if lead.due.is_some() { Ok("its clock stops".to_owned()) } else { Err("it has no clock".to_owned()) };
                    PlanRow { record: format!("L-{key} {}", lead.company), outcome, warns: false }
                };
                let plan: Vec<PlanRow> = keys.iter().map(row).collect();
                let eligible = plan.iter().filter(|row| row.outcome.is_ok()).count();
                let confirm = Confirm::new(format!("Pause {eligible} of {} leads?", keys.len()), Danger::Undoable).plan(plan);
                cx.confirm(confirm, Intent::Pause(keys));
            }
        }
    }

    fn layout(&mut self, area: Rect, _cx: &mut Cx<Self>) {
        let (_, table, detail) = self.areas(area);
        self.list.set_height(table::rows_in(table.height));
        if self.detail {
            let inside = Rect { y: detail.y + 1, height: detail.height.saturating_sub(1), ..detail };
            let sections = self.sections();
            self.pane.layout(&sections, Rect { width: inside.width.saturating_sub(2), ..inside });
        }
    }

    fn view(&self, area: Rect, canvas: &mut Canvas<'_>) {
        let (tabs_area, table_area, detail) = self.areas(area);
        let queues = ["Mine", "Unassigned", "Due soon", "Breached", "Review", "Quarantine", "All"];
        let counts = [12, 140, 31, 7, 3, 0, 1_204_331];
        let tabs: Vec<Tab> =
            (0..7).map(|n| Tab { title: queues[n], short: queues[n], count: Some(counts[n]), more: false, alert: n == 3 }).collect();
        tabs::view(canvas, tabs_area, &tabs, self.queue);
        let empty = Empty { title: "no lead matches", hint: "esc shows all of them" };
        let focused = canvas.focused && !self.focus_detail;
        let now = canvas.now;
        table::view(canvas, table_area, &self.list, &COLUMNS, focused, empty, |lead| {
            let (due, role) = countdown::show(Self::standing(lead, now));
            vec![
                Cell::new(format!("L-{}", lead.id), Role::Link),
                Cell::new(lead.company.as_str(), Role::Text),
                Cell::new(lead.stage, Role::Text),
                Cell::new(due, role),
                Cell::new((lead.id * 37 % 100).to_string(), Role::Text),
                Cell::new(["DE", "JP", "FR"][lead.id as usize % 3], Role::Dim),
                Cell::new("Nordlicht Systems", Role::Dim),
            ]
        });
        if let Some(news) = self.list.news() {
            let text = format!(" {news} new above · C-r ");
            canvas.put_aligned(area.x, area.y + 1, area.width - 1, &text, Role::Info, pilothouse::tui::canvas::Align::Right);
        }
        if self.detail {
            let title = self.list.selected().map(|lead| format!("L-{}", lead.id)).unwrap_or_default();
            canvas.rule(detail, &title, self.focus_detail);
            let inside =
                Rect { x: detail.x + 2, y: detail.y + 1, width: detail.width.saturating_sub(2), height: detail.height.saturating_sub(1) };
            self.pane.view(canvas, inside, &self.sections());
        }
        if self.comparing {
            let pair = |label, left: &str, right: &str, likeness| Pair { label, left: left.into(), right: right.into(), likeness };
            let pairs = vec![
                pair("company", "Müller & Söhne Maschinenbau GmbH", "Mueller und Soehne Maschinenbau", Likeness::Similar(94)),
                pair("domain", "mueller-soehne.de", "mueller-soehne.de", Likeness::Same),
                pair("city", "Stuttgart", "Ulm", Likeness::Different),
                pair("phone", "", "+49 711 1234", Likeness::Unknown),
            ];
            let verdict = "0.91: the domain decides; m merges, x keeps them apart".to_owned();
            let inner = canvas.frame(pilothouse::tui::canvas::centered(area, 90, 9), "Is this the same customer?", Role::BorderFocused);
            compare::view(canvas, inner, &Compare { left: "L-1".into(), right: "L-9".into(), pairs, verdict });
        }
    }

    fn pulse(&self, now: Instant) -> Pulse {
        self.list.visible().iter().map(|lead| countdown::pulse(Self::standing(lead, now))).max().unwrap_or(Pulse::Still)
    }

    fn answered(&mut self, intent: Intent, answer: Answer, cx: &mut Cx<Self>) {
        match (intent, answer) {
            (Intent::Filter, Answer::Cancelled) => {
                self.filter.clear();
                self.select_filtered();
            }
            (Intent::Pause(keys), Answer::Confirmed) => {
                cx.say(format!("paused {} leads; u takes it back", keys.len()));
                cx.run(Effect::Pause(keys));
            }
            (Intent::Decline(id), Answer::Filled(values)) => {
                let note = values[1].text().to_owned();
                if note.contains("again") {
                    cx.say("declined");
                    self.list.remove(&[id]);
                } else {
                    let form = Form::new(format!("Decline L-{id}"), "decline")
                        .refused("Ben Stone accepted it at 14:02; what you typed is kept")
                        .field(Field::choice("reason", vec![Choice::new("no capacity", ""), Choice::new("wrong region", "")]))
                        .field(Field::note("note", ""));
                    cx.form(form, Intent::Decline(id));
                }
            }
            _ => {}
        }
    }

    fn typing(&mut self, _intent: &Intent, text: &str, _cx: &mut Cx<Self>) {
        text.clone_into(&mut self.filter);
        self.select_filtered();
    }

    fn complete(&self, _intent: &Intent, text: &str, cursor: usize) -> Completion {
        let from = text[..cursor].rfind(' ').map_or(0, |at| at + 1);
        let word = &text[from..cursor];
        let known =
            [("country:", "ISO code of the customer's country"), ("score>", "score above"), ("stage:", "offered, accepted, touched ...")];
        let items = known.iter().filter(|(name, _)| !word.is_empty() && name.starts_with(word) && *name != word);
        Completion {
            from,
            items: items.map(|(text, doc)| Candidate { text: (*text).into(), doc: (*doc).into() }).collect(),
            error: text.find("scor:").map(|at| (at, "`scor` is not a field; did you mean `score`?".to_owned())),
            note: format!("{} match", self.list.rows().len()),
        }
    }

    fn check(&self, _intent: &Intent, values: &[Value]) -> Result<String, FieldError> {
        match values {
            [_, note] if note.text().is_empty() => Err(FieldError { field: 1, message: "say what the partner said".to_owned() }),
            _ => Ok("goes to Cobalt Partners next, due tomorrow 10:30".to_owned()),
        }
    }
}
