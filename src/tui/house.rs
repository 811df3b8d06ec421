//! The house: rooms side by side, each as one left it. The one that is entered has the keys and the screen; answers go to
//! the room that asked, wherever one is by then.
//!
//! A room is a row in [`rooms`] below, a context and an action that goes to it in [`super::action`], its keys, and its
//! driver in `console/house.rs`.

use super::{
    action::{Act, Availability, Context},
    canvas::Canvas,
    furniture::Station,
    room::{Answer, Cx, FieldError, Pulse, Room},
    rooms::{board::BoardRoom, deals::DealRoom, leads::LeadRoom, mdf::MdfRoom, tiers::TierRoom},
    widgets::{form::Value, line::Completion},
};
use crate::domain::{actor::Permission, search, time::Instant};
use ratatui::layout::Rect;

/// How what a room asks for is told apart from what the others do.
trait Lodger<H: Room>: Room {
    fn effect(effect: Self::Effect) -> H::Effect;
    fn intent(intent: Self::Intent) -> H::Intent;
}

/// What a room knows of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It was never entered, and has loaded nothing.
    Nothing,
    Latest,
    /// Something has changed since one left it.
    Stale,
}

/// A room and whether it has to be brought up to date when it is entered.
struct Lodging<R> {
    room: R,
    known: Known,
}

impl<R: Room> Lodging<R> {
    const fn new(room: R) -> Self {
        Self { room, known: Known::Nothing }
    }

    /// Lets the room do something, and passes on what it asks for.
    fn with<H: Room>(&mut self, cx: &mut Cx<'_, H>, call: impl FnOnce(&mut R, &mut Cx<'_, R>))
    where
        R: Lodger<H>,
    {
        cx.within(R::effect, R::intent, |cx| call(&mut self.room, cx));
    }

    fn enter<H: Room>(&mut self, cx: &mut Cx<'_, H>)
    where
        R: Lodger<H>,
    {
        match std::mem::replace(&mut self.known, Known::Latest) {
            Known::Nothing => self.with(cx, R::start),
            Known::Stale => self.with(cx, R::changed),
            Known::Latest => {}
        }
    }

    /// A room that nobody sees asks for nothing until it is entered.
    fn changed<H: Room>(&mut self, seen: bool, cx: &mut Cx<'_, H>)
    where
        R: Lodger<H>,
    {
        if seen {
            self.with(cx, R::changed);
        } else if self.known == Known::Latest {
            self.known = Known::Stale;
        }
    }
}

/// Makes the house of its rooms: name, field, type, context, the action that goes there.
macro_rules! rooms {
    ($($name:ident $field:ident: $room:ty, $($context:ident)|+, $act:ident;)+) => {
        /// Which room.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum At { $($name),+ }

        /// An answer for one of the rooms.
        #[derive(Debug)]
        pub enum Msg { $($name(<$room as Room>::Msg)),+ }

        /// What one of the rooms asks of the driver.
        #[derive(Debug, Clone)]
        pub enum Effect { $($name(<$room as Room>::Effect)),+ }

        /// What an open dialog of one of the rooms is for.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Intent { $($name(<$room as Room>::Intent)),+ }

        pub struct House { at: At, $($field: Lodging<$room>),+ }

        $(impl Lodger<House> for $room {
            fn effect(effect: Self::Effect) -> Effect {
                Effect::$name(effect)
            }

            fn intent(intent: Self::Intent) -> Intent {
                Intent::$name(intent)
            }
        })+

        impl At {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The action that goes to it.
            pub const fn act(self) -> Act {
                match self { $(Self::$name => Act::$act),+ }
            }

            /// Whether actions of this context belong to it alone.
            const fn has(self, context: Context) -> bool {
                match self { $(Self::$name => matches!(context, $(Context::$context)|+)),+ }
            }
        }

        impl Room for House {
            type Msg = Msg;
            type Effect = Effect;
            type Intent = Intent;

            fn title(&self) -> &str {
                match self.at { $(At::$name => self.$field.room.title()),+ }
            }

            fn start(&mut self, cx: &mut Cx<'_, Self>) {
                match self.at { $(At::$name => self.$field.enter(cx)),+ }
            }

            fn changed(&mut self, cx: &mut Cx<'_, Self>) {
                $(self.$field.changed(self.at == At::$name, cx);)+
            }

            fn zoned(&mut self, zone: chrono_tz::Tz) {
                $(self.$field.room.zoned(zone);)+
            }

            fn contexts(&self) -> &'static [Context] {
                match self.at { $(At::$name => self.$field.room.contexts()),+ }
            }

            fn permission(&self, act: Act) -> Option<Permission> {
                match self.at { $(At::$name => self.$field.room.permission(act)),+ }
            }

            fn availability(&self, act: Act) -> Availability {
                match At::of(act) {
                    Errand::Go(_) => Availability::Yes,
                    Errand::Belongs(at) if at != self.at => {
                        Availability::No(format!("it belongs to another room; `{}` goes there", at.act().row().name))
                    }
                    _ => match self.at { $(At::$name => self.$field.room.availability(act)),+ },
                }
            }

            fn is_asking(&self) -> bool {
                match self.at { $(At::$name => self.$field.room.is_asking()),+ }
            }

            fn give_up(&mut self) {
                match self.at { $(At::$name => self.$field.room.give_up()),+ }
            }

            fn hints(&self) -> Vec<Act> {
                match self.at { $(At::$name => self.$field.room.hints()),+ }
            }

            fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx<'_, Self>) {
                match At::of(act) {
                    Errand::Go(at) if at != self.at => {
                        self.at = at;
                        self.start(cx);
                    }
                    _ => match self.at { $(At::$name => self.$field.with(cx, |room, cx| room.act(act, count, cx))),+ },
                }
            }

            fn update(&mut self, msg: Msg, cx: &mut Cx<'_, Self>) {
                match msg { $(Msg::$name(msg) => self.$field.with(cx, |room, cx| room.update(msg, cx))),+ }
            }

            fn layout(&mut self, area: Rect, cx: &mut Cx<'_, Self>) {
                match self.at { $(At::$name => self.$field.with(cx, |room, cx| room.layout(area, cx))),+ }
            }

            fn view(&self, area: Rect, canvas: &mut Canvas<'_>) {
                match self.at { $(At::$name => self.$field.room.view(area, canvas)),+ }
            }

            fn pulse(&self, now: Instant) -> Pulse {
                match self.at { $(At::$name => self.$field.room.pulse(now)),+ }
            }

            fn answered(&mut self, intent: Intent, answer: Answer, cx: &mut Cx<'_, Self>) {
                match intent { $(Intent::$name(intent) => self.$field.with(cx, |room, cx| room.answered(intent, answer, cx))),+ }
            }

            fn typing(&mut self, intent: &Intent, text: &str, cx: &mut Cx<'_, Self>) {
                match intent { $(Intent::$name(intent) => self.$field.with(cx, |room, cx| room.typing(intent, text, cx))),+ }
            }

            fn complete(&self, intent: &Intent, text: &str, cursor: usize) -> Completion {
                match intent { $(Intent::$name(intent) => self.$field.room.complete(intent, text, cursor)),+ }
            }

            fn check(&self, intent: &Intent, values: &[Value]) -> Result<String, FieldError> {
                match intent { $(Intent::$name(intent) => self.$field.room.check(intent, values)),+ }
            }
        }

        impl House {
            fn built(at: At, $($field: $room),+) -> Self {
                Self { at, $($field: Lodging::new($field)),+ }
            }
        }

        impl At {
            /// What an action is about.
            fn of(act: Act) -> Errand<Self> {
                let context = act.row().context;
                let belongs = Self::ALL.iter().find(|at| at.has(context));
                match Self::ALL.iter().find(|at| at.act() == act) {
                    Some(at) => Errand::Go(*at),
                    None => belongs.map_or(Errand::Here, |at| Errand::Belongs(*at)),
                }
            }
        }
    };
}

/// What an action is about.
enum Errand<A> {
    /// It goes to a room.
    Go(A),
    /// It belongs to this room alone.
    Belongs(A),
    /// Whatever room one is in.
    Here,
}

/// What a house needs to know beside its rooms' behaviour, for the rooms with queues.
macro_rules! queues {
    ($($name:ident $field:ident: $room:ty;)+) => {
        impl House {
            /// The house, entered at one of its rooms.
            pub fn new(station: &Station, at: At) -> Self {
                Self::built(at, $(<$room>::new(station.clone())),+)
            }

            /// Opens the room that is entered on a queue, by its name, and with a filter.
            ///
            /// # Errors
            /// When the room has no such queue, or the filter can't be read.
            pub fn open(mut self, queue: Option<&str>, filter: &str) -> Result<Self, String> {
                match self.at { $(At::$name => self.$field.room.open(queue, filter)?),+ }
                Ok(self)
            }
        }
    };
}

rooms! {
    Leads leads: LeadRoom, Leads, RoomLeads;
    Deals deals: DealRoom, Deals | Dossier, RoomDeals;
    Mdf mdf: MdfRoom, Mdf, RoomMdf;
    Tiers tiers: TierRoom, Tiers | Contacts, RoomTiers;
    Board board: BoardRoom, Board, RoomBoard;
}

queues! {
    Leads leads: LeadRoom;
    Deals deals: DealRoom;
    Mdf mdf: MdfRoom;
    Tiers tiers: TierRoom;
    Board board: BoardRoom;
}

impl At {
    /// The name in commands: `leads`.
    pub fn slug(self) -> &'static str {
        self.act().row().label
    }

    pub fn named(name: &str) -> Option<Self> {
        let wanted = search::slug(name);
        Self::ALL.iter().copied().find(|at| search::slug(at.slug()) == wanted)
    }
}

#[cfg(test)]
mod tests;
