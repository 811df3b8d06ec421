//! The program as a person has it: the real binary in a pseudo-terminal, on a database of its own.

mod deals;
mod first;
mod funding;
mod hostile;
mod import;
mod lost;
mod promotion;
mod together;
mod work;

use crate::{
    cli::Home,
    rooms::channel::{Channel, LATE},
};
use pilothouse::{
    ambient::{Clock, Entropy},
    app::App,
    store::{Address, Db, Options},
};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    io::{Read as _, Write},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(30);

/// A home whose default database is a small channel: Anna Berg (admin), Ben Okafor (triager), three leads.
pub async fn settled_home() -> Home {
    let home = Home::new();
    let path = home.write(".local/share/pilothouse/note", "").with_file_name("channel.db");
    settle(Address::Sqlite(path)).await.db().close().await;
    home
}

/// Makes the small channel in an empty database, by today's clock.
async fn settle(address: Address) -> App {
    let db = Db::open(address, Options::new(Clock::System, Entropy::seeded(7))).await.expect("a new database opens");
    let channel = Channel::empty(App::new(db)).await;
    channel.receive(1, &LATE).await;
    channel.app.clone()
}

/// The program in a terminal, what the terminal shows and every byte that it got.
struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<(vt100::Parser, Vec<u8>)>>,
    /// The line settings before the program came.
    before: String,
}

impl Terminal {
    fn open(home: &Home, arguments: &[&str]) -> Self {
        let (rows, cols) = (36, 120);
        let pair = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_pilothouse"));
        command.env_clear();
        for (name, value) in [("USER", "anna"), ("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")] {
            command.env(name, value);
        }
        command.env("HOME", home.path());
        command.cwd(home.path());
        command.args(arguments);
        let before = line_settings(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let seen = Arc::new(Mutex::new((vt100::Parser::new(rows, cols, 0), Vec::new())));
        let (mut screen, sink) = (pair.master.try_clone_reader().expect("a reader"), Arc::clone(&seen));
        std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            // A terminal with synchronized output shows whole frames; so does this one.
            let mut held = Vec::new();
            while let Ok(count) = screen.read(&mut bytes)
                && count > 0
            {
                held.extend_from_slice(&bytes[..count]);
                let whole = whole_frames(&held);
                let mut seen = sink.lock().expect("nobody panics with it");
                seen.0.process(&held[..whole]);
                seen.1.extend_from_slice(&bytes[..count]);
                held.drain(..whole);
            }
        });
        let keyboard = pair.master.take_writer().expect("a keyboard");
        Self { master: pair.master, keyboard, child, seen, before }
    }

    fn text(&self) -> String {
        self.seen.lock().expect("nobody panics with it").0.screen().contents()
    }

    fn bytes(&self) -> Vec<u8> {
        self.seen.lock().expect("nobody panics with it").1.clone()
    }

    #[track_caller]
    fn until(&self, what: &str, done: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !done(self) {
            assert!(start.elapsed() < PATIENCE, "waited in vain: {what}\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[track_caller]
    fn shows(&self, text: &str) {
        self.until(text, |terminal| terminal.text().contains(text));
    }

    fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the program reads");
        self.keyboard.flush().expect("the program reads");
    }

    /// Shows the lead alone, under the cursor.
    #[track_caller]
    fn choose(&mut self, lead: u32) {
        self.keys(&format!("/id:{lead}\r"));
        self.shows("1 match ");
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.process_id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(pid.expect("it runs"), signal).expect("it is ours");
    }

    /// Waits for the end, checks that all went well and that the terminal is exactly as it was.
    #[track_caller]
    fn ends_well(&mut self) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        };
        assert!(status.success(), "{status:?}\n{}", self.text());
        self.until("the terminal is given back", |terminal| {
            let seen = terminal.seen.lock().expect("nobody panics with it");
            let screen = seen.0.screen();
            !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()
        });
        assert_eq!(line_settings(self.master.as_ref()), self.before, "the line settings are as before");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn line_settings(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios().expect("a terminal has line settings"))
}

/// How many of these bytes stand before a frame that is still being painted.
fn whole_frames(bytes: &[u8]) -> usize {
    const MARK: usize = b"\x1b[?2026h".len();
    let last = |mark: &[u8]| bytes.windows(MARK).rposition(|window| window == mark);
    match (last(b"\x1b[?2026h"), last(b"\x1b[?2026l")) {
        (Some(begins), ends) if ends.is_none_or(|ends| ends < begins) => begins,
        _ => bytes.len(),
    }
}
