//! The ways in and out of the terminal, in a real pseudo-terminal. The console under test is this very test binary,
//! started again for [`console`] alone, so that nothing else need be built.

use super::{place, room};
use pilothouse::{
    ambient::Clock,
    tui::{Answers, Driver, Settings, run, shell::Msg, theme::Depth},
};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    io::{Read as _, Write},
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

struct Player(Clock);

impl Driver<room::Desk> for Player {
    fn start(&mut self, effect: room::Effect, answers: &Answers<room::Desk>) {
        match effect {
            room::Effect::Plan(keys) => drop(answers.send(Msg::Room(room::Msg::Planned(keys)))),
            room::Effect::Pause(_) => drop(answers.send(Msg::Room(room::Msg::Changed(room::leads(401, self.0.now()))))),
            room::Effect::Panic if std::env::var_os("CONSOLE_PANIC_ELSEWHERE").is_some() => {
                drop(std::thread::spawn(|| panic!("asked to panic")));
            }
            room::Effect::Panic => panic!("asked to panic"),
        }
    }
}

/// The child: the console that the tests below start in a pseudo-terminal. Among the other tests it has nothing to do.
#[test]
fn console() {
    let variable = |name: &str| std::env::var(name).ok();
    if variable("CONSOLE_IN_PTY").is_none() {
        return;
    }
    let clock = Clock::System;
    let mut leads = room::leads(400, clock.now());
    if variable("CONSOLE_STILL").is_some() {
        for lead in &mut leads {
            lead.due = None;
        }
    }
    let mut settings = Settings::from_environment(variable("CONSOLE_CONFIG").map(Into::into), variable);
    settings.depth = Depth::True;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(run(room::Desk::new(leads), place(), settings, Player(clock.clone()), clock)).unwrap();
    eprintln!("left in good order");
}

struct Console {
    master: Option<Box<dyn MasterPty + Send>>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    pid: Pid,
    seen: Arc<Mutex<(vt100::Parser, Vec<u8>)>>,
}

const PATIENCE: Duration = Duration::from_secs(20);

impl Console {
    fn start(variables: &[(&str, &str)]) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", "shell::pty::console", "--nocapture"]);
        command.env("CONSOLE_IN_PTY", "1");
        command.env("TERM", "xterm-256color");
        command.env("RUST_BACKTRACE", "0");
        command.env_remove("TMUX");
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        let pid = Pid::from_raw(i32::try_from(child.process_id().unwrap()).unwrap()).unwrap();
        let seen = Arc::new(Mutex::new((vt100::Parser::new(30, 100, 0), Vec::new())));
        let (mut screen, sink) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&seen));
        std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(count) = screen.read(&mut bytes)
                && count > 0
            {
                let mut seen = sink.lock().unwrap();
                seen.0.process(&bytes[..count]);
                seen.1.extend_from_slice(&bytes[..count]);
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        let console = Self { master: Some(pair.master), keyboard, child, pid, seen };
        console.wait_for("COMPANY");
        console
    }

    fn text(&self) -> String {
        self.seen.lock().unwrap().0.screen().contents()
    }

    fn bytes(&self) -> Vec<u8> {
        self.seen.lock().unwrap().1.clone()
    }

    fn wait_until(&self, what: &str, done: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !done(self) {
            assert!(start.elapsed() < PATIENCE, "waited in vain: {what}\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn wait_for(&self, text: &str) {
        self.wait_until(text, |console| console.text().contains(text));
    }

    fn type_(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).unwrap();
        self.keyboard.flush().unwrap();
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Waits for the end and checks that the terminal is as it was.
    fn ends(&mut self) {
        let start = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < PATIENCE, "it does not end\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
        self.wait_until("the terminal is given back", Self::is_given_back);
    }

    fn is_given_back(&self) -> bool {
        const CANONICAL: u32 = 2;
        const ECHO: u32 = 8;
        let Some(termios) = self.master.as_ref().and_then(|master| master.get_termios()) else { return false };
        let cooked = termios.local_flags.bits() & (CANONICAL | ECHO) == CANONICAL | ECHO;
        let seen = self.seen.lock().unwrap();
        let screen = seen.0.screen();
        let last = |sequence: &[u8]| seen.1.windows(sequence.len()).rposition(|window| window == sequence);
        cooked
            && !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && last(b"\x1b[?1004l") > last(b"\x1b[?1004h")
            && last(b"\x1b[?7h") > last(b"\x1b[?7l")
    }

    /// The state letter of the process: `T` when it is stopped.
    fn state(&self) -> char {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid.as_raw_nonzero())).unwrap_or_default();
        stat.rsplit(") ").next().and_then(|rest| rest.chars().next()).unwrap_or('?')
    }

    /// How often any thread of the process was woken.
    fn wake_ups(&self) -> u64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid.as_raw_nonzero())).unwrap();
        let woken = |task: std::path::PathBuf| -> u64 {
            let status = std::fs::read_to_string(task.join("status")).unwrap_or_default();
            status
                .lines()
                .filter_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))
                .filter_map(|count| count.trim().parse::<u64>().ok())
                .sum()
        };
        tasks.map(|task| woken(task.unwrap().path())).sum()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn leaving_gives_the_terminal_back() {
    let mut console = Console::start(&[]);
    assert!(!console.is_given_back(), "it was taken");
    console.type_(b"q");
    console.ends();
    console.wait_for("left in good order");
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    let mut console = Console::start(&[]);
    console.type_(b"!");
    console.ends();
    console.wait_for("asked to panic");
}

#[test]
fn a_panic_of_other_work_is_told_and_the_screen_goes_on() {
    let mut console = Console::start(&[("CONSOLE_PANIC_ELSEWHERE", "1")]);
    console.type_(b"!");
    console.wait_for("something went wrong inside, the log has it: panicked at");
    assert!(!console.is_given_back());
    console.type_(b"\x1b");
    console.wait_until("acknowledged", |console| !console.text().contains("went wrong"));
    console.type_(b"q");
    console.ends();
}

/// With no countdown on the screen, so that nothing but the digit wakes it.
#[test]
fn a_digit_that_nothing_follows_wakes_the_screen_once() {
    let mut console = Console::start(&[("CONSOLE_STILL", "1")]);
    console.type_(b"1");
    console.wait_for("1 → leads");
    console.wait_for("room.leads is not played here");
    console.type_(b"5j1");
    console.type_(b"\x1b");
    console.wait_until("forgotten", |console| !console.text().contains("1 → leads"));
    console.type_(b"q");
    console.ends();
}

#[test]
fn signals_that_end_it_give_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::QUIT, Signal::INT] {
        let mut console = Console::start(&[]);
        console.signal(signal);
        console.ends();
        console.wait_for("left in good order");
    }
}

#[test]
fn stopping_gives_the_terminal_back_and_continuing_takes_it_again() {
    let mut console = Console::start(&[]);
    for stop in ["the key", "the signal"] {
        if stop == "the key" {
            console.type_(b"\x1a");
        } else {
            console.signal(Signal::TSTP);
        }
        console.wait_until(stop, |console| console.state() == 'T' && console.is_given_back());
        console.signal(Signal::CONT);
        console.wait_until("it is back", |console| {
            console.seen.lock().unwrap().0.screen().alternate_screen() && console.text().contains("COMPANY")
        });
    }
    // Stopped without being asked, the shell may have changed the terminal meanwhile.
    console.signal(Signal::STOP);
    console.wait_until("stopped", |console| console.state() == 'T');
    let before = console.bytes().len();
    console.signal(Signal::CONT);
    console.wait_until("painted whole", |console| console.bytes().len() > before + 1500);
    console.type_(b"jjq");
    console.ends();
}

#[test]
fn a_closed_terminal_ends_it_at_once() {
    let mut console = Console::start(&[]);
    // The reader thread holds a copy of the master until the read fails, so the session is hung up as a closed window does it.
    console.signal(Signal::HUP);
    console.ends();
    let mut console = Console::start(&[]);
    console.type_(b"j");
    drop(console.master.take());
    let start = Instant::now();
    console.keyboard = Box::new(std::io::sink());
    console.signal(Signal::HUP);
    while console.child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < PATIENCE, "it does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_idle_screen_without_countdowns_sends_nothing_and_sleeps() {
    let mut console = Console::start(&[("CONSOLE_STILL", "1")]);
    console.type_(b"j");
    std::thread::sleep(Duration::from_millis(600));
    let (bytes, wake_ups) = (console.bytes().len(), console.wake_ups());
    std::thread::sleep(Duration::from_millis(2_500));
    assert_eq!(console.bytes().len() - bytes, 0, "bytes while idle");
    assert_eq!(console.wake_ups() - wake_ups, 0, "wake-ups while idle");
    console.type_(b"q");
    console.ends();
}

#[test]
fn the_terminals_late_answer_changes_the_theme_and_is_never_typed() {
    let mut console = Console::start(&[("CONSOLE_STILL", "1")]);
    console.wait_until("the question", |console| console.bytes().windows(6).any(|window| window == b"\x1b]11;?"));
    let before = console.bytes().len();
    console.type_(b"\x1b]11;rgb:ffff/ffff/ff");
    std::thread::sleep(Duration::from_millis(200));
    console.type_(b"ff\x1b\\\x1b[?62;4c");
    console.wait_until("the light theme", |console| console.bytes()[before..].windows(11).any(|window| window == b"38;2;31;95;"));
    assert!(!console.text().contains("does nothing here"), "{}", console.text());
    console.type_(b"q");
    console.ends();
}

#[test]
fn escape_alone_is_a_key_and_keys_arrive_in_order() {
    let mut console = Console::start(&[]);
    console.type_(b"\r");
    console.wait_for("Facts");
    console.type_(b"\x1b");
    console.wait_until("the detail closes", |console| !console.text().contains("Facts"));
    console.type_(b"\r5jd\t\x1b[200~typed\rahead\x1b[201~");
    console.wait_for("ahead");
    console.wait_for("Decline L-6");
}

#[test]
fn the_editor_gets_the_terminal_and_gives_the_note_back() {
    let folder = tempfile::tempdir().unwrap();
    let editor = folder.path().join("editor");
    std::fs::write(&editor, "#!/bin/sh\nprintf 'from the editor\\n' >> \"$1\"\n").unwrap();
    std::fs::set_permissions(&editor, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut console = Console::start(&[("VISUAL", editor.to_str().unwrap())]);
    console.type_(b"d\tdraft \x0f");
    console.wait_for("from the editor");
    assert!(console.text().contains("draft"), "{}", console.text());
    console.type_(b"\x1b");
    let mut console = Console::start(&[("VISUAL", "/nonexistent/editor")]);
    console.type_(b"d\tdraft\x0f");
    console.wait_for("did not work");
    console.type_(b"\x1b");
    console.wait_for("draft");
}

#[test]
fn keymaps_and_themes_are_read_again_and_mistakes_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir(folder.path().join("keymaps")).unwrap();
    std::fs::create_dir(folder.path().join("themes")).unwrap();
    let mut console = Console::start(&[("CONSOLE_CONFIG", folder.path().to_str().unwrap())]);
    write("keymaps/default.toml", "inherits = \"default\"\n[global]\n\"f9\" = \"help\"\n");
    let start = Instant::now();
    while !console.text().contains("Help ·") {
        assert!(start.elapsed() < PATIENCE, "the new key works");
        console.type_(b"\x1b[20~");
        std::thread::sleep(Duration::from_millis(100));
    }
    console.type_(b"q");
    write("keymaps/default.toml", "inherits = \"default\"\n[global]\n\"f9\" = \"halp\"\n");
    console.wait_for("default.toml:3:8: \"halp\" is not an action; did you mean \"help\"?");
    console.type_(b"\x1b");
    write("themes/dark.toml", "inherits = \"dark\"\n[roles]\n\"text\" = \"#010203\"\n");
    console.wait_until("the new colour", |console| console.bytes().windows(10).any(|window| window == b"38;2;1;2;3"));
}

#[test]
fn another_size_is_painted_and_the_id_goes_to_the_clipboard() {
    let mut console = Console::start(&[]);
    console.seen.lock().unwrap().0.screen_mut().set_size(24, 80);
    console.master.as_ref().unwrap().resize(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
    console.wait_until("the smaller screen", |console| console.text().lines().nth(23).is_some_and(|line| line.contains("open")));
    console.type_(b"y");
    // "L-1" in base64.
    console.wait_until("the clipboard", |console| console.bytes().windows(11).any(|window| window == b"\x1b]52;c;TC0x"));
}

#[test]
fn without_a_terminal_it_says_so() {
    assert!(Path::new("/proc").exists(), "these tests read /proc");
    let output = std::process::Command::new("setsid")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "shell::pty::console", "--nocapture"])
        .env("CONSOLE_IN_PTY", "1")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("the console needs a terminal, and there is none"), "{told}");
}
