//! The whole screen: status line, room, message or hints, and dialogs above.

use super::{
    action::Act,
    canvas::Canvas,
    key::spell,
    room::{Pulse, Room, Tone},
    shell::{Overlay, Shell, Toast},
    theme::Role,
    widgets::{
        help, hints,
        pane::{Row, Section},
        status, text,
    },
};
use ratatui::layout::Rect;

/// Where the room draws: all but the status line at the top and the hint bar at the foot.
pub(super) const fn room_area(screen: Rect) -> Rect {
    let height = screen.height.saturating_sub(2);
    Rect { x: screen.x, y: screen.y + 1, width: screen.width, height }
}

/// The inside of a framed dialog.
pub(super) const fn inside(area: Rect) -> Rect {
    Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height.saturating_sub(2) }
}

/// Smaller than this nothing can be worked with; it is said instead of drawn badly.
const MIN: (u16, u16) = (40, 8);

pub(super) fn view<R: Room>(shell: &Shell<R>, canvas: &mut Canvas<'_>) {
    let screen = canvas.buffer.area;
    if screen.width < MIN.0 || screen.height < MIN.1 {
        let needs = format!("needs {} x {}", MIN.0, MIN.1);
        canvas.put(0, 0, screen.width, &needs, Role::Warn);
        return;
    }
    let clock = shell.pulse() != Pulse::Still;
    status::view(canvas, Rect { height: 1, ..screen }, shell.room.title(), &shell.place, clock);
    let area = room_area(screen);
    canvas.focused = shell.overlays.is_empty();
    shell.room.view(area, canvas);
    foot(shell, canvas, Rect { y: screen.bottom() - 1, height: 1, ..screen });
    if let Some(next) = shell.pending() {
        hints::view_pending(canvas, area, &shell.pending, &next);
    }
    let place = shell.place.told();
    for overlay in &shell.overlays {
        canvas.cursor = None;
        match overlay {
            Overlay::Palette(palette) => palette.view(canvas, area, &shell.keymap, |act| shell.availability(act)),
            Overlay::Help(pane) => {
                let sections = help::sections(&shell.keymap, &shell.contexts(), |act| shell.availability(act));
                help::view(canvas, area, pane, &sections);
            }
            Overlay::Messages(pane) => {
                let inner = canvas.frame(help::area(area), "Messages · newest first · esc closes", Role::BorderFocused);
                pane.view(canvas, inner, &message_sections(shell));
            }
            Overlay::Confirm(confirm, _) => confirm.view(canvas, area, &place),
            Overlay::Form(form, _) => form.view(canvas, area, &place),
            Overlay::Line(line, _) => line.view(canvas, Rect { height: area.height + 1, ..area }),
        }
    }
    // A message must be seen above a dialog's foot as well, but not over the line that is being typed.
    if let Some(toast) = shell.toast()
        && !matches!(shell.overlays.last(), Some(Overlay::Line(..)))
    {
        message(shell, canvas, Rect { y: screen.bottom() - 1, height: 1, ..screen }, toast);
    }
}

/// The hint bar, with what was typed of a count or chord at its right, and the room that a digit alone goes to.
fn foot<R: Room>(shell: &Shell<R>, canvas: &mut Canvas<'_>, area: Rect) {
    let mut typed = format!("{}{}", shell.count.map(|count| count.to_string()).unwrap_or_default(), spell(&shell.pending));
    if let Some(room) = shell.room_that_waits() {
        typed = format!("{typed} → {}", room.row().label);
    }
    let typed_wide = u16::try_from(text::width(&typed)).unwrap_or(0);
    let acts = shell.room.hints();
    let room = Rect { width: area.width.saturating_sub(typed_wide + 2), ..area };
    let contexts = shell.contexts();
    let key = |act| shell.keymap.label_in(&contexts, act);
    hints::view(canvas, room, key, &acts, &[Act::Palette, Act::Help], |act| shell.availability(act).is_yes());
    canvas.put(area.right().saturating_sub(typed_wide + 1), area.y, typed_wide, &typed, Role::Strong);
}

fn message<R: Room>(shell: &Shell<R>, canvas: &mut Canvas<'_>, area: Rect, toast: &Toast) {
    canvas.clear(area);
    let (shape, role) = match toast.tone {
        Tone::Info => ("·", Role::ToastInfo),
        Tone::Error => ("!", Role::ToastError),
    };
    let waiting = shell.toasts.iter().filter(|toast| toast.tone == Tone::Error).count();
    let after = match (toast.tone, waiting) {
        (Tone::Error, 0..=1) => "esc".to_owned(),
        (Tone::Error, more) => format!("esc · {} more", more - 1),
        (Tone::Info, _) => String::new(),
    };
    let x = canvas.put_all(area.x + 1, area.y, area.width, &[(shape, role), (" ", role)]);
    // What does not fit stands among the messages, and the key that leads there is told.
    let is_cut = text::width(&toast.text) + text::width(&after) + 3 > usize::from(area.right().saturating_sub(x));
    let after = if is_cut { format!("{} all of it  {after}", shell.keymap.label(Act::Messages)).trim_end().to_owned() } else { after };
    let after_wide = u16::try_from(text::width(&after)).unwrap_or(0);
    canvas.put(x, area.y, area.right().saturating_sub(x + after_wide + 3), &toast.text, role);
    canvas.put(area.right().saturating_sub(after_wide + 1), area.y, after_wide, &after, Role::Dim);
}

pub(super) fn message_sections<R: Room>(shell: &Shell<R>) -> Vec<Section> {
    let rows: Vec<Row> = shell
        .history
        .iter()
        .rev()
        .map(|toast| {
            let time = toast.at.to_utc().with_timezone(&shell.place.zone).format("%H:%M:%S  ").to_string();
            let role = if toast.tone == Tone::Error { Role::ToastError } else { Role::Text };
            Row::pieces(vec![(time, Role::Dim), (toast.text.clone(), role)]).hanging(10)
        })
        .collect();
    let rows = if rows.is_empty() { vec![Row::text("no messages yet", Role::Dim)] } else { rows };
    vec![Section::new("", rows)]
}
