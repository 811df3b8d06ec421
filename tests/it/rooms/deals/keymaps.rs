//! The deal room under the other keymaps.

use super::Desk;
use pilothouse::{domain::deal::DealState, tui::keymap::Keymap};

#[tokio::test]
async fn vim_and_emacs_decide_open_and_leave() {
    for (keymap, keys) in [("vim", "C-e C-y a"), ("emacs", "C-n C-p a")] {
        let mut desk = Desk::busy(120, 36).await;
        desk.stage.shell.keymap = Keymap::built_in(keymap);
        desk.find(13).await.play(keys).await;
        assert!(matches!(desk.deal(13).await.state, DealState::Approved { .. }), "{keymap}: {}", desk.screen());
        desk.find(12).await.play("=").await;
        assert!(desk.screen().contains("the rules say"), "{keymap}: {}", desk.screen());
        let (down, back) = if keymap == "vim" { ("C-d", "esc") } else { ("C-v", "C-g") };
        desk.play(down).await;
        assert!(!desk.screen().contains("C-2 Falkner Maschinenbau AG, conflict"), "{keymap}: {}", desk.screen());
        desk.play(back).await;
        assert!(!desk.screen().contains("the rules say"), "{keymap}: {}", desk.screen());
    }
}
