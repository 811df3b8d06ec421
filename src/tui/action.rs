//! The one table of actions. The keymap, palette, hint bar, help and the README's tables are made from it: a new verb
//! is one row here, a key in `keymaps/default.toml` and an arm in its room.

use crate::domain::actor::Permission;

/// Where an action means something. A keymap binds keys per context; a screen asks its contexts in order, innermost first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Everywhere but in text and dialogs.
    Global,
    /// Any table of records.
    List,
    /// Any scrolled pane of text: the detail, the help.
    Pane,
    /// The lead room.
    Leads,
    /// The deal room.
    Deals,
    /// The dossier of a conflict, in the deal room.
    Dossier,
    /// Funds, requests and claims.
    Mdf,
    /// The tier room.
    Tiers,
    /// The people at a partner, in the tier room.
    Contacts,
    /// The board.
    Board,
}

impl Context {
    pub const ALL: [Self; 10] = [
        Self::Global,
        Self::List,
        Self::Pane,
        Self::Leads,
        Self::Deals,
        Self::Dossier,
        Self::Mdf,
        Self::Tiers,
        Self::Contacts,
        Self::Board,
    ];

    /// The name in keymap files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::List => "list",
            Self::Pane => "pane",
            Self::Leads => "leads",
            Self::Deals => "deals",
            Self::Dossier => "dossier",
            Self::Mdf => "mdf",
            Self::Tiers => "tiers",
            Self::Contacts => "contacts",
            Self::Board => "board",
        }
    }

    /// The heading in the help.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::List => "In a table",
            Self::Pane => "In a pane",
            Self::Leads => "Leads",
            Self::Deals => "Deals",
            Self::Dossier => "In a dossier",
            Self::Mdf => "Funding",
            Self::Tiers => "Tiers",
            Self::Contacts => "Contacts of a partner",
            Self::Board => "Board",
        }
    }

    /// Whether its actions belong to one room alone.
    pub const fn is_of_one_room(self) -> bool {
        matches!(self, Self::Leads | Self::Deals | Self::Dossier | Self::Mdf | Self::Tiers | Self::Contacts | Self::Board)
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.name() == name)
    }
}

/// What performing an action can cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Danger {
    /// Moves, shows or copies; changes no record.
    None,
    /// Writes, and `undo` takes it back.
    Undoable,
    /// Writes what `undo` leaves alone and what does no harm: a note stays, another reviewer takes over, a merge is taken
    /// apart by its own verb. Done at once.
    Lasting,
    /// Writes what others act upon; `undo` takes it back until they do. Its plan is seen first.
    Weighed,
    /// Writes what cannot be taken back: always confirmed, never by Enter. Its plan is seen first and has a key of its
    /// own, or its form asks for words (see [`Act::asks_for_words`]).
    Final,
}

/// Whether an action is possible now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    Yes,
    /// Dimmed wherever it is shown; pressing it says this sentence.
    No(String),
}

impl Availability {
    pub fn no(reason: impl Into<String>) -> Self {
        Self::No(reason.into())
    }

    pub const fn is_yes(&self) -> bool {
        matches!(self, Self::Yes)
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Action {
    pub id: Act,
    /// The name in keymaps and the palette: resource before verb.
    pub name: &'static str,
    /// Two words at most, for the hint bar.
    pub label: &'static str,
    /// One line, for the palette and the help.
    pub doc: &'static str,
    pub context: Context,
    pub danger: Danger,
    pub needs: Option<Permission>,
}

impl Action {
    /// A verb changes a record; `.` repeats the last one.
    pub fn is_verb(&self) -> bool {
        self.danger != Danger::None
    }
}

macro_rules! actions {
    ($($id:ident $name:literal $label:literal $context:ident $danger:ident $needs:expr, $doc:literal;)*) => {
        /// The name of an action in code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Act { $($id),* }

        pub static ACTIONS: &[Action] = &[$(Action {
            id: Act::$id, name: $name, label: $label, doc: $doc,
            context: Context::$context, danger: Danger::$danger, needs: $needs,
        }),*];
    };
}

const WORK: Option<Permission> = Some(Permission::LeadWork);
const DEAL: Option<Permission> = Some(Permission::DealWork);
const DECIDE: Option<Permission> = Some(Permission::DealDecide);
const FUND: Option<Permission> = Some(Permission::MdfWork);
const GRANT: Option<Permission> = Some(Permission::MdfDecide);
const PAY: Option<Permission> = Some(Permission::MdfPay);
const BUDGET: Option<Permission> = Some(Permission::MdfFund);
const AUDIT: Option<Permission> = Some(Permission::TierWork);
const LINES: Option<Permission> = Some(Permission::PosCorrect);
const RANK: Option<Permission> = Some(Permission::TierDecide);
const PROGRAM: Option<Permission> = Some(Permission::ProgramApply);
const FREE: Option<Permission> = None;

actions! {
    Quit          "quit"             "quit"        Global None     FREE, "leave Pilothouse";
    Back          "back"             "back"        Global None     FREE, "go back one step: close, clear the filter, unmark";
    Palette       "palette"          "commands"    Global None     FREE, "find any action by name";
    Help          "help"             "help"        Global None     FREE, "the keys that work here";
    Undo          "undo"             "undo"        Global Undoable WORK, "take back your last change that can be taken back";
    Repeat        "repeat"           "repeat"      Global None     FREE, "repeat the last verb on the record under the cursor";
    FocusNext     "focus.next"       "focus"       Global None     FREE, "move the focus to the next pane";
    FocusPrevious "focus.previous"   "focus back"  Global None     FREE, "move the focus to the previous pane";
    Zoom          "zoom"             "zoom"        Global None     FREE, "give the focused pane the whole room, or give it back";
    Refresh       "refresh"          "refresh"     Global None     FREE, "load again: brings in announced rows, retries the database";
    Redraw        "redraw"           "redraw"      Global None     FREE, "paint the whole screen again";
    Suspend       "suspend"          "suspend"     Global None     FREE, "stop the program; `fg` in the shell brings it back";
    Theme         "theme"            "theme"       Global None     FREE, "use the next theme";
    Messages      "messages"         "messages"    Global None     FREE, "the messages of this session";
    RoomLeads     "room.leads"       "leads"       Global None     FREE, "go to the lead room";
    RoomDeals     "room.deals"       "deals"       Global None     FREE, "go to the deal room";
    RoomMdf       "room.mdf"         "mdf"         Global None     FREE, "go to the funding room: market development funds";
    RoomTiers     "room.tiers"       "tiers"       Global None     FREE, "go to the tier room: what partners earned, and what changes next";
    RoomBoard     "room.board"       "board"       Global None     FREE, "go to the board: all partners as they stand today, and what other rules would change";

    Down          "list.down"        "down"        List   None     FREE, "one row down";
    Up            "list.up"          "up"          List   None     FREE, "one row up";
    First         "list.first"       "first"       List   None     FREE, "first row, or the row with the number typed before";
    Last          "list.last"        "last"        List   None     FREE, "last row, or the row with the number typed before";
    HalfDown      "list.half-down"   "half down"   List   None     FREE, "half a page down";
    HalfUp        "list.half-up"     "half up"     List   None     FREE, "half a page up";
    PageDown      "list.page-down"   "page down"   List   None     FREE, "a page down";
    PageUp        "list.page-up"     "page up"     List   None     FREE, "a page up";
    Open          "list.open"        "open"        List   None     FREE, "open the record under the cursor";
    Mark          "list.mark"        "mark"        List   None     FREE, "mark or unmark the row and go on";
    MarkRange     "list.mark-range"  "range"       List   None     FREE, "mark from here to where the cursor goes; again to end";
    MarkAll       "list.mark-all"    "mark all"    List   None     FREE, "mark every row that matches";
    Unmark        "list.unmark"      "unmark all"  List   None     FREE, "forget all marks";
    Filter        "list.filter"      "filter"      List   None     FREE, "filter as you type";
    FilterClear   "list.filter-clear" "clear filter" List None     FREE, "show all rows again";
    MatchNext     "list.match-next"  "next match"  List   None     FREE, "next row that matches the text of the filter";
    MatchPrevious "list.match-previous" "prev match" List None     FREE, "previous row that matches the text of the filter";
    TabNext       "tab.next"         "next queue"  List   None     FREE, "next queue, or the queue with the number typed before";
    TabPrevious   "tab.previous"     "prev queue"  List   None     FREE, "previous queue";
    Sort          "list.sort"        "sort"        List   None     FREE, "sort by the next order";
    CopyId        "copy-id"          "copy id"     List   None     FREE, "copy the record's id to the clipboard, over SSH as well";

    PaneDown      "pane.down"        "down"        Pane   None     FREE, "scroll one line down";
    PaneUp        "pane.up"          "up"          Pane   None     FREE, "scroll one line up";
    PaneHalfDown  "pane.half-down"   "half down"   Pane   None     FREE, "scroll half a page down";
    PaneHalfUp    "pane.half-up"     "half up"     Pane   None     FREE, "scroll half a page up";
    PaneFirst     "pane.first"       "top"         Pane   None     FREE, "scroll to the top";
    PaneLast      "pane.last"        "bottom"      Pane   None     FREE, "scroll to the bottom";
    PaneNext      "pane.next"        "next section" Pane  None     FREE, "next section of the detail";
    PanePrevious  "pane.previous"    "prev section" Pane  None     FREE, "previous section of the detail";

    LeadAccept     "lead.accept"     "accept"      Leads  Undoable WORK, "accept the offer on the partner's behalf";
    LeadDecline    "lead.decline"    "decline"     Leads  Undoable WORK, "decline the offer on the partner's behalf, with a reason";
    LeadAssign     "lead.assign"     "assign"      Leads  Undoable WORK, "offer the lead to a partner of your choice";
    LeadReassign   "lead.reassign"   "reassign"    Leads  Undoable WORK, "withdraw the offer and route the lead again";
    LeadTake       "lead.take"       "take"        Leads  Undoable WORK, "make yourself the operator who works the lead";
    LeadRelease    "lead.release"    "release"     Leads  Undoable WORK, "let go of the lead, or out of quarantine when its cause is settled";
    LeadPause      "lead.pause"      "pause"       Leads  Undoable WORK, "pause the clock with a reason, until a time if you like";
    LeadResume     "lead.resume"     "resume"      Leads  Undoable WORK, "let the clock run again";
    LeadTouch      "lead.touch"      "touch"       Leads  Undoable WORK, "record the first contact with the customer";
    LeadQualify    "lead.qualify"    "qualify"     Leads  Undoable WORK, "record that the lead is qualified";
    LeadDisqualify "lead.disqualify" "disqualify"  Leads  Undoable WORK, "record that the lead is not worth pursuing, with a reason";
    LeadMerge      "lead.merge"      "merge"       Leads  Lasting  WORK, "merge two records of one lead; the other survives";
    LeadUnmerge    "lead.unmerge"    "unmerge"     Leads  Lasting  WORK, "take a merge apart again";
    LeadSeparate   "lead.separate"   "separate"    Leads  Undoable WORK, "record that two similar leads are different, and stop asking";
    LeadNote       "lead.note"       "note"        Leads  Lasting  WORK, "write a note";
    LeadEscalate   "lead.escalate"   "escalate"    Leads  Undoable WORK, "escalate with a severity and a reason";
    LeadSettle     "lead.settle"     "settle"      Leads  Undoable WORK, "settle the escalation";
    LeadRoute      "lead.route"      "route"       Leads  Undoable WORK, "place the lead by the routing rules";
    LeadHandOver   "lead.hand-over"  "hand over"   Leads  Undoable WORK, "hand the lead to a colleague at the desk, or to nobody";
    LeadConsent    "lead.consent"    "consent"     Leads  Undoable WORK, "record the person's consent, or that it was refused";
    LeadRescore    "lead.rescore"    "score"       Leads  Undoable WORK, "change the score; the clock for acceptance follows";
    LeadClock      "lead.clock"      "clock"       Leads  Lasting  WORK, "derive the running clock anew under the program in force";
    LeadErase      "lead.erase"      "erase"       Leads  Final    Some(Permission::Erase), "destroy the person's data for good";
    LeadRegister   "lead.register"   "register"    Leads  Final    DEAL, "register the qualified lead as a deal of its partner";
    LeadDemo       "lead.demo"       "demo data"   Leads  None     FREE, "look around in a demo database of its own";
    LeadWhy        "lead.why"        "why"         Leads  None     FREE, "why this partner: every candidate, rule and compared value";
    LeadTimeline   "lead.timeline"   "timeline"    Leads  None     FREE, "what happened to the lead, newest first";
    LeadCompare    "lead.compare"    "compare"     Leads  None     FREE, "put the lead beside its possible duplicate";

    DealApprove    "deal.approve"    "approve"     Deals  Undoable DECIDE, "approve the registration: its partner is protected from now on";
    DealReject     "deal.reject"     "reject"      Deals  Undoable DECIDE, "reject the registration, with a reason";
    DealAsk        "deal.ask"        "return"      Deals  Undoable DEAL, "return it to the partner, who answers for the fields that you name";
    DealSend       "deal.send"       "recommend"   Deals  Undoable DEAL, "send it for approval: somebody else decides";
    DealTake       "deal.take"       "review"      Deals  Undoable DEAL, "make yourself its reviewer";
    DealReassign   "deal.reassign"   "hand over"   Deals  Undoable DEAL, "hand the review to a colleague";
    DealEdit       "deal.edit"       "edit"        Deals  Undoable DEAL, "change the fields that may be changed now";
    DealMatch      "deal.match"      "match"       Deals  Undoable DEAL, "say which customer of ours it is about";
    DealSubmit     "deal.submit"     "submit"      Deals  Final    DEAL, "hand the draft in for the partner";
    DealResubmit   "deal.resubmit"   "resubmit"    Deals  Final    DEAL, "hand it in again: the partner has answered";
    DealWithdraw   "deal.withdraw"   "withdraw"    Deals  Undoable DEAL, "take it back for the partner";
    DealExtend     "deal.extend"     "extend"      Deals  Undoable DECIDE, "extend the protection, on documents that show progress";
    DealExpire     "deal.expire"     "expire"      Deals  Final    DEAL, "end a protection that has run out";
    DealWin        "deal.win"        "won"         Deals  Undoable DEAL, "record the order: the deal is won";
    DealLose       "deal.lose"       "lost"        Deals  Undoable DEAL, "record that the deal is lost, with a reason";
    DealHold       "deal.hold"       "hold"        Deals  Undoable DEAL, "stop its clock, with a reason";
    DealRelease    "deal.release"    "release"     Deals  Undoable DEAL, "let its clock run on";
    DealConflict   "deal.conflict"   "conflict"    Deals  Final    DEAL, "open a conflict with another registration, or between the marked ones";
    DealAttach     "deal.attach"     "attach"      Deals  Lasting  DEAL, "attach a file as a document: its name, size and hash are kept";
    DealNote       "deal.note"       "note"        Deals  Lasting  DEAL, "write a note";
    DealEscalate   "deal.escalate"   "escalate"    Deals  Undoable DEAL, "escalate with a severity and a reason";
    DealSettle     "deal.settle"     "settle"      Deals  Undoable DEAL, "settle the escalation";
    DealClock      "deal.clock"      "clock"       Deals  Lasting  DEAL, "derive the running clock anew under the program in force";
    DealErase      "deal.erase"      "erase"       Deals  Final    Some(Permission::Erase), "destroy the contact's data for good";
    DealWhy        "deal.why"        "why"         Deals  None     FREE, "why it was decided so, or what still speaks against it";
    DealTimeline   "deal.timeline"   "timeline"    Deals  None     FREE, "what happened to the registration and in its conflict, newest first";
    DealDossier    "deal.dossier"    "dossier"     Deals  None     FREE, "put the parties of its conflict side by side";

    CaseAward      "conflict.award"  "award"       Dossier Final   DECIDE, "give the deal to one party; under appeal this overturns the decision";
    CaseSplit      "conflict.split"  "split"       Dossier Final   DECIDE, "share the deal between parties; under appeal this overturns the decision";
    CaseRejectAll  "conflict.reject-all" "reject all" Dossier Final DECIDE, "give the deal to nobody";
    CaseVoid       "conflict.void"   "void"        Dossier Final   DECIDE, "there is no conflict: all go on as before";
    CaseUphold     "conflict.uphold" "uphold"      Dossier Final   DECIDE, "the decision stands, appeal or not";
    CaseAppeal     "conflict.appeal" "appeal"      Dossier Final   DEAL, "appeal against the decision for a party";
    CaseTake       "conflict.take"   "review"      Dossier Lasting DECIDE, "make yourself its reviewer";
    CaseReassign   "conflict.reassign" "hand over" Dossier Lasting DEAL, "hand the conflict to a colleague";
    CaseEvidence   "conflict.evidence" "ask evidence" Dossier Final DEAL, "ask the parties for evidence now; the engine does it by itself";
    CaseReview     "conflict.review" "begin review" Dossier Final  DEAL, "enough evidence: begin the review before the window ends";
    CaseJoin       "conflict.join"   "join"        Dossier Final   DEAL, "let another registration take part";
    CaseNotify     "conflict.notify" "notify"      Dossier Final   DEAL, "tell the parties now; the engine does it by itself";
    CaseClose      "conflict.close"  "close"       Dossier Final   DEAL, "close it after the appeal; the engine does it by itself";
    CaseNote       "conflict.note"   "note"        Dossier Lasting DEAL, "write a note about the conflict";
    CaseEscalate   "conflict.escalate" "escalate"  Dossier Lasting DEAL, "escalate the conflict with a severity and a reason";
    CaseSettle     "conflict.settle" "settle"      Dossier Lasting DEAL, "settle the escalation of the conflict";

    MdfApprove     "mdf.approve"     "approve"     Mdf    Final    GRANT, "give the approval that is due; the plan says what each fund holds then";
    MdfApprovePart "mdf.approve-part" "approve part" Mdf  Final    GRANT, "approve less than was asked for";
    MdfStandIn     "mdf.stand-in"    "stand in"    Mdf    Final    GRANT, "approve for a colleague who has delegated to you";
    MdfReject      "mdf.reject"      "reject"      Mdf    Undoable GRANT, "reject it, with a reason";
    MdfAsk         "mdf.ask"         "return"      Mdf    Undoable FUND, "return it to the partner for information";
    MdfSubmit      "mdf.submit"      "submit"      Mdf    Final    FUND, "hand the draft in for the partner";
    MdfResubmit    "mdf.resubmit"    "resubmit"    Mdf    Final    FUND, "hand it in again: the partner has answered";
    MdfWithdraw    "mdf.withdraw"    "withdraw"    Mdf    Final    FUND, "take it back for the partner; its money goes back";
    MdfFlag        "mdf.flag"        "suspect"     Mdf    Lasting  FUND, "flag the claim as suspect: all that the partner has pending stands still";
    MdfClear       "mdf.clear"       "clear"       Mdf    Lasting  GRANT, "the suspicion is gone: what stood still goes on";
    MdfWaive       "mdf.waive"       "let pass"    Mdf    Undoable GRANT, "let a failed check pass, with a reason";
    MdfCheck       "mdf.check"       "check"       Mdf    Lasting  FUND, "check the claim again as things stand now";
    MdfPay         "mdf.pay"         "pay"         Mdf    Final    PAY, "order the payment of what was approved";
    MdfClawBack    "mdf.claw-back"   "claw back"   Mdf    Final    PAY, "record money that came back from the partner";
    MdfClose       "mdf.close"       "close"       Mdf    Final    FUND, "end it: nothing more is paid, claimed or committed";
    MdfAttach      "mdf.attach"      "attach"      Mdf    Lasting  FUND, "attach a file as a proof: its name, size and hash are kept";
    MdfAllocate    "mdf.allocate"    "allocate"    Mdf    Final    BUDGET, "put money into the fund";
    MdfReduce      "mdf.reduce"      "reduce"      Mdf    Final    BUDGET, "take money out of the fund that nobody asked for";
    MdfMove        "mdf.move"        "move money"  Mdf    Final    BUDGET, "move money that nobody asked for from the fund to another";
    MdfOpen        "mdf.open-fund"   "open fund"   Mdf    Lasting  BUDGET, "open a fund for a region or a partner, over a period";
    MdfRequest     "mdf.request"     "request"     Mdf    Lasting  FUND, "ask a fund for money, for an activity that is planned";
    MdfClaim       "mdf.claim"       "claim"       Mdf    Lasting  FUND, "claim what the activity has cost, on its approved request";
    MdfEdit        "mdf.edit"        "edit"        Mdf    Lasting  FUND, "change what it states; an approval that was given is void then";
    MdfBank        "mdf.bank"        "bank says"   Mdf    Final    PAY, "record what the bank did with a payment: paid, or not";
    MdfExport      "mdf.export"      "export"      Mdf    Lasting  PAY, "write the ordered payments into a file for the bank";
    MdfAnswer      "mdf.answer"      "bank file"   Mdf    Lasting  PAY, "take in the bank's answer from its file";
    MdfDelegate    "mdf.delegate"    "delegate"    Mdf    Lasting  GRANT, "let a colleague approve for you, with your limits, for some days";
    MdfLimit       "mdf.limit"       "limit"       Mdf    Lasting  Some(Permission::OperatorManage), "say how much a colleague may approve at once";
    MdfTake        "mdf.take"        "take"        Mdf    Undoable FUND, "look after it yourself";
    MdfReassign    "mdf.reassign"    "hand over"   Mdf    Undoable FUND, "hand it to a colleague";
    MdfNote        "mdf.note"        "note"        Mdf    Lasting  FUND, "write a note";
    MdfEscalate    "mdf.escalate"    "escalate"    Mdf    Undoable FUND, "escalate with a severity and a reason";
    MdfSettle      "mdf.settle"      "settle"      Mdf    Undoable FUND, "settle the escalation";
    MdfWhy         "mdf.why"         "checks"      Mdf    None     FREE, "what the checks found, the failing ones first";
    MdfTimeline    "mdf.timeline"    "timeline"    Mdf    None     FREE, "what happened to it, newest first";
    MdfGroup       "mdf.group"       "group by"    Mdf    None     FREE, "all funds by program, by region or by partner";
    MdfFunds       "mdf.funds"       "funds"       Mdf    None     FREE, "all funds: what each holds, what expires, where it does not suffice";

    TierApprove    "tier.approve"    "approve"     Tiers  Weighed  RANK, "approve the change of tier: it comes into force when the program says";
    TierReject     "tier.reject"     "reject"      Tiers  Undoable RANK, "reject the change of tier, with a reason";
    TierDefer      "tier.defer"      "defer"       Tiers  Undoable RANK, "decide the change of tier later, with a reason";
    TierPropose    "tier.propose"    "propose"     Tiers  Undoable AUDIT, "propose another tier by hand; somebody else decides it";
    TierEvaluate   "tier.evaluate"   "audit"       Tiers  Lasting  AUDIT, "audit the partner as things stand now; nothing follows from it";
    TierPlan       "tier.plan"       "plan"        Tiers  Undoable AUDIT, "open a remediation plan, and look after it";
    TierTake       "tier.take"       "take"        Tiers  Undoable AUDIT, "look after the remediation plan yourself";
    TierReassign   "tier.reassign"   "hand over"   Tiers  Undoable AUDIT, "hand the remediation plan to a colleague";
    TierAdvance    "tier.advance"    "progress"    Tiers  Undoable AUDIT, "record how far the remediation plan has come";
    TierClosePlan  "tier.close-plan" "close plan"  Tiers  Undoable AUDIT, "close the remediation plan before its audit, with a reason";
    TierRate       "tier.rate"       "rate"        Tiers  Undoable AUDIT, "say how satisfied, compliant and trained it is: what nobody can count";
    TierAcquire    "tier.acquire"    "acquired"    Tiers  Undoable AUDIT, "record from when its sales count as those of its parent";
    PartnerSuspend "partner.suspend" "suspend"     Tiers  Final    RANK, "suspend the partner, with a reason; what follows is shown first";
    PartnerReinstate "partner.reinstate" "reinstate" Tiers Weighed RANK, "reinstate the suspended partner: what was held for that goes on";
    PartnerActivate "partner.activate" "activate"  Tiers  Weighed  RANK, "activate the partner that is on board, what is open of its onboarding shown first; one that has left comes on board again";
    PartnerTick    "partner.tick"   "tick step"   Tiers  Lasting  AUDIT, "a step of its onboarding is done";
    PartnerReopenStep "partner.reopen-step" "reopen step" Tiers Lasting AUDIT, "a step of its onboarding is to be done after all";
    PartnerOffboard "partner.offboard" "offboard"  Tiers  Final    RANK, "the partner leaves, with a reason; what follows is shown first";
    LineCorrect    "line.correct"    "correct"     Tiers  Undoable LINES, "correct an order line that waits, and judge it again";
    LineAccept     "line.accept"     "let through" Tiers  Undoable LINES, "record an order line as it is, with a note";
    LineDismiss    "line.dismiss"    "dismiss"     Tiers  Undoable LINES, "never record an order line, with a reason";
    TierWhy        "tier.why"        "scorecard"   Tiers  None     FREE, "the scorecard: each point explained";
    TierTimeline   "tier.timeline"   "timeline"    Tiers  None     FREE, "what happened to its tier, newest first";
    PartnerFigures "partner.figures" "figures"     Tiers  None     FREE, "what the partner did quarter by quarter: leads, registrations, funds, sales";
    PartnerContacts "partner.contacts" "contacts"  Tiers  None     FREE, "the people at the partner, and whether they may be written to";

    ContactAdd     "contact.add"     "add"         Contacts Lasting AUDIT, "record a person at the partner";
    ContactChange  "contact.change"  "change"      Contacts Lasting AUDIT, "change the name, mailbox, telephone number or role";
    ContactConsent "contact.consent" "consent"     Contacts Lasting AUDIT, "record on what ground they may be written to, or that they withdrew it";
    ContactLeave   "contact.leave"   "has left"    Contacts Lasting AUDIT, "record that they are no longer at the partner";
    ContactReturn  "contact.return"  "is back"     Contacts Lasting AUDIT, "record that they are there again";
    ContactErase   "contact.erase"   "erase"       Contacts Final   Some(Permission::Erase), "destroy the person's data for good";

    BoardFace      "board.turn-over" "other face"  Board  None     FREE, "from the figures of today to what if, and back";
    BoardDown      "board.down"      "down"        Board  None     FREE, "the next number, or scroll one line down";
    BoardUp        "board.up"        "up"          Board  None     FREE, "the number before, or scroll one line up";
    BoardLess      "board.less"      "less"        Board  None     FREE, "turn the number down: what would change is shown at once";
    BoardMore      "board.more"      "more"        Board  None     FREE, "turn the number up, or a choice to its other side";
    BoardType      "board.type"      "type"        Board  None     FREE, "type the number";
    BoardReset     "board.reset"     "as it was"   Board  None     FREE, "turn the number back to what the program says";
    BoardResetAll  "board.reset-all" "all as it was" Board None    FREE, "turn everything back to what the program says";
    BoardSave      "board.save"      "save"        Board  Lasting  PROGRAM, "put the rules in force as a new version of the program; its changes are shown first";
}

impl Act {
    pub fn row(self) -> &'static Action {
        // The macro lays the enum and the table out in the same order.
        &ACTIONS[self as usize]
    }

    /// Whether its form asks for words to be typed that say what will be destroyed: they confirm it.
    pub const fn asks_for_words(self) -> bool {
        matches!(self, Self::LeadErase | Self::DealErase | Self::ContactErase)
    }

    /// Whether its plan is shown first even where it is about one record.
    pub fn is_planned(self) -> bool {
        // A merge ends a lead and what runs for it, and undo leaves it.
        self == Self::LeadMerge || (matches!(self.row().danger, Danger::Final | Danger::Weighed) && !self.asks_for_words())
    }

    /// What goes to the room of this number: the order of the rooms.
    pub fn room(number: u32) -> Option<Self> {
        const ROOMS: [Act; 5] = [Act::RoomLeads, Act::RoomDeals, Act::RoomMdf, Act::RoomTiers, Act::RoomBoard];
        ROOMS.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
    }

    pub fn named(name: &str) -> Option<Self> {
        ACTIONS.iter().find(|action| action.name == name).map(|action| action.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_stands_at_its_own_number_and_has_a_name_of_its_own() {
        let mut names = std::collections::BTreeSet::new();
        for (index, action) in ACTIONS.iter().enumerate() {
            assert_eq!(action.id as usize, index);
            assert!(names.insert(action.name), "{} stands twice", action.name);
            assert_eq!(Act::named(action.name), Some(action.id));
            assert!(!action.doc.ends_with('.') && !action.doc.is_empty(), "{}: one fragment without a full stop", action.name);
        }
    }
}
