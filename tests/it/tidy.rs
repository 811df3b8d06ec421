//! Rules of the house that a program can check. Each rule carries an example that breaks it, so that a rule which can no
//! longer fail is noticed as well.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A source file: its path from the root of the project, and its text.
struct Source {
    path: String,
    text: String,
}

/// A rule: what is wrong with a file, as sentences that start with a line number where there is one.
struct Rule {
    name: &'static str,
    find: fn(&Source) -> Vec<String>,
    /// Where it does not hold, and why not.
    except: &'static [(&'static str, &'static str)],
    /// A file that breaks it.
    broken: (&'static str, &'static str),
}

const LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;

const RULES: &[Rule] = &[
    Rule {
        name: "an arrow never goes up: domain <- store <- app <- tui <- cli",
        find: arrows_up,
        except: &[],
        broken: ("src/domain/lead/mod.rs", "use crate::{\n    domain::id::LeadId,\n    store::{Unit, unit::Past},\n};\n"),
    },
    Rule {
        name: "the domain is pure: no database, terminal, runtime or environment",
        find: |source| {
            if source.within("src/domain/") {
                source.words(&["sqlx", "ratatui", "crossterm", "tokio", "std::env", "std::fs"])
            } else {
                Vec::new()
            }
        },
        except: &[],
        broken: ("src/domain/time.rs", "use tokio::time::sleep;\n"),
    },
    Rule {
        name: "only the store names sqlx",
        find: |source| if source.within("src/") && !source.within("src/store/") { source.words(&["sqlx"]) } else { Vec::new() },
        except: &[],
        broken: ("src/app/service.rs", "fn count(pool: &sqlx::PgPool) {}\n"),
    },
    Rule {
        name: "only the console names the terminal's crates",
        find: |source| {
            if source.within("src/") && !source.within("src/tui/") { source.words(&["ratatui", "crossterm"]) } else { Vec::new() }
        },
        except: &[("src/cli/doctor/terminal.rs", "the doctor asks how large the terminal is")],
        broken: ("src/app/mod.rs", "use ratatui::Frame;\n"),
    },
    Rule {
        name: "time and chance come from `ambient`",
        find: |source| {
            let banned = ["Utc::now", "Local::now", "SystemTime::now", "Instant::now", "getrandom", "thread_rng", "new_v4", "now_v7"];
            if source.within("src/") { source.words(&banned) } else { Vec::new() }
        },
        except: &[
            ("src/ambient.rs", "this is the one place"),
            ("src/store/sqlite.rs", "it asks whether a connection is older than the file that is there now; no decision sees the time"),
        ],
        broken: ("src/app/lead/sweep.rs", "    let now = chrono::Utc::now();\n"),
    },
    Rule {
        name: "nothing is left for later",
        find: |source| {
            let later = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];
            let stubs = [concat!("to", "do!("), concat!("unimple", "mented!("), concat!("db", "g!(")];
            [source.raw(&later), source.raw(&stubs)].concat()
        },
        except: &[],
        broken: ("src/app/mod.rs", concat!("// TO", "DO: later\n")),
    },
    Rule {
        name: "no path of a developer's machine",
        find: |source| source.raw(&[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("C:", "\\Users")]),
        except: &[],
        broken: ("tests/it/intake.rs", concat!("let file = \"/ho", "me/anna/leads.csv\";\n")),
    },
    Rule {
        name: "no unwrap outside tests",
        find: |source| if source.within("src/") { source.raw_before_tests(&[concat!(".unw", "rap()")]) } else { Vec::new() },
        except: &[],
        broken: ("src/app/mod.rs", concat!("let x = y.unw", "rap();\n#[cfg(test)]\n")),
    },
    Rule {
        name: "a lint is never silenced without its reason",
        find: |source| {
            let attributes = [concat!("#[al", "low("), concat!("#![al", "low("), concat!("#[exp", "ect(")];
            let mute = |line: &&str| attributes.iter().any(|one| line.contains(one)) && line.contains(")]") && !line.contains("reason");
            source.text.lines().filter(mute).map(|line| format!(" `{}`", line.trim())).collect()
        },
        except: &[],
        broken: ("src/app/mod.rs", concat!("#[exp", "ect(clippy::too_many_arguments)]\n")),
    },
    Rule {
        name: "each module says what it is for",
        find: |source| {
            let silent = source.within("src/") && !source.is_test() && !source.text.starts_with("//! ");
            if silent { vec!["1: it does not begin with `//!`".to_owned()] } else { Vec::new() }
        },
        except: &[],
        broken: ("src/app/mod.rs", "pub mod lead;\n"),
    },
    Rule {
        name: "a file has at most 500 lines",
        find: |source| {
            let lines = source.text.lines().count();
            if lines > LINES_MAX { vec![format!("{lines} lines")] } else { Vec::new() }
        },
        except: &[("tests/it/store/lead.rs", "one suite, run as a whole on both databases")],
        broken: ("src/app/mod.rs", LONG),
    },
    Rule {
        name: "a function fits on a screen",
        find: long_functions,
        except: &[
            ("src/domain/lead/evolve.rs", "`apply` has one arm for each event"),
            ("src/domain/deal/evolve.rs", "`apply` has one arm for each event"),
            ("src/domain/filter/tests.rs", "a table of terms and what they mean"),
            ("tests/it/simulation/cast.rs", "`program` is a TOML document"),
            ("benches/store.rs", "`lead` fills every field of a lead"),
        ],
        broken: ("src/app/mod.rs", LONG),
    },
];

/// A function of 501 lines.
const LONG: &str = {
    const BYTES: [u8; 1_012] = {
        let mut bytes = [b'\n'; 1_012];
        let mut at = 0;
        let open = b"fn a() {\n";
        while at < open.len() {
            bytes[at] = open[at];
            at += 1;
        }
        bytes[bytes.len() - 2] = b'}';
        bytes
    };
    match std::str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => "",
    }
};

impl Source {
    fn within(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// The lines without their comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines().map(|line| line.split("//").next().unwrap_or_default()))
    }

    /// Where one of these stands as a word of its own, comments apart.
    fn words(&self, words: &[&str]) -> Vec<String> {
        let ident = |c: char| c.is_alphanumeric() || c == '_';
        let stands = |line: &str, word: &str| {
            line.match_indices(word).any(|(at, _)| {
                !line[..at].chars().next_back().is_some_and(ident) && !line[at + word.len()..].chars().next().is_some_and(ident)
            })
        };
        self.code()
            .flat_map(|(no, line)| words.iter().filter(move |word| stands(line, word)).map(move |word| format!("{no}: {word}")))
            .collect()
    }

    /// Where one of these stands at all.
    fn raw(&self, needles: &[&str]) -> Vec<String> {
        found(self.text.lines(), needles)
    }

    /// The same up to the tests at the end of the file.
    fn raw_before_tests(&self, needles: &[&str]) -> Vec<String> {
        if self.is_test() { Vec::new() } else { found(self.text.lines().take_while(|line| !line.contains("#[cfg(test)]")), needles) }
    }

    /// The modules of the crate that the code names: `crate::store`, also inside `use crate::{..}`.
    fn floors_named(&self) -> Vec<String> {
        let code: String = self.code().flat_map(|(_, line)| [line, " "]).collect();
        let mut named = Vec::new();
        for (at, _) in code.match_indices("crate::") {
            let rest = &code[at + "crate::".len()..];
            match rest.strip_prefix('{') {
                Some(list) => named.extend(top_names(list)),
                None => named.push(first_name(rest)),
            }
        }
        named
    }
}

fn found<'a>(lines: impl Iterator<Item = &'a str>, needles: &[&str]) -> Vec<String> {
    let hits = |(no, line): (usize, &str)| {
        needles.iter().filter(|needle| line.contains(**needle)).map(|needle| format!("{no}: {needle}")).collect::<Vec<_>>()
    };
    (1..).zip(lines).flat_map(hits).collect()
}

fn first_name(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The names at the top of a list in braces, up to its end.
fn top_names(list: &str) -> Vec<String> {
    let (mut depth, mut names, mut at_start) = (0, Vec::new(), true);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            c if at_start && (c.is_alphanumeric() || c == '_') => {
                names.push(first_name(&list[at..]));
                at_start = false;
            }
            _ => {}
        }
    }
    names
}

fn arrows_up(source: &Source) -> Vec<String> {
    const FLOORS: [&str; 5] = ["domain", "store", "app", "tui", "cli"];
    let Some(own) = FLOORS.iter().position(|floor| source.within(&format!("src/{floor}/"))) else { return Vec::new() };
    let above = |name: &String| FLOORS.iter().position(|floor| floor == name).is_some_and(|floor| floor > own);
    source.floors_named().into_iter().filter(above).map(|name| format!("names crate::{name}")).collect()
}

fn long_functions(source: &Source) -> Vec<String> {
    let mut long = Vec::new();
    let mut open: Option<(usize, usize, &str)> = None;
    for (no, line) in (1..).zip(source.text.lines()) {
        let indent = line.len() - line.trim_start().len();
        let trimmed = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(super) ").trim_start_matches("pub(crate) ");
        let trimmed = trimmed.trim_start_matches("const ").trim_start_matches("async ");
        if trimmed.starts_with("fn ") {
            open = Some((no, indent, trimmed));
        } else if line.trim_end() == format!("{}}}", " ".repeat(indent))
            && let Some((start, depth, name)) = open
            && indent == depth
        {
            if no - start >= FUNCTION_LINES_MAX {
                long.push(format!("{start}: {} lines: {name}", no - start + 1));
            }
            open = None;
        }
    }
    long
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let mut out = Vec::new();
    for folder in ["src", "tests", "benches"] {
        collect(&root().join(folder), &mut out);
    }
    assert!(out.len() > 100, "only {} files were found; the check looks in the wrong place", out.len());
    out
}

fn collect(folder: &Path, out: &mut Vec<Source>) {
    // There need not be any benches.
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("a readable folder").path()) {
        if path.is_dir() {
            collect(&path, out);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            let path = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            out.push(Source { path, text });
        }
    }
}

#[test]
fn the_house_is_tidy() {
    let mut findings = Vec::new();
    for source in sources() {
        for rule in RULES.iter().filter(|rule| !rule.except.iter().any(|(path, _)| source.path.starts_with(path))) {
            findings.extend((rule.find)(&source).into_iter().map(|finding| format!("{}:{finding} ({})", source.path, rule.name)));
        }
    }
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

#[test]
fn each_rule_of_the_house_can_be_broken() {
    for Rule { name, find, broken: (path, text), .. } in RULES {
        let source = Source { path: (*path).to_owned(), text: (*text).to_owned() };
        assert!(!find(&source).is_empty(), "{name}: the example does not break it");
    }
}

#[test]
fn no_exception_outlives_its_need() {
    let sources = sources();
    for rule in RULES {
        for (path, why) in rule.except {
            let needed = sources.iter().any(|source| source.path.starts_with(path) && !(rule.find)(source).is_empty());
            assert!(needed, "{path} no longer needs its exception from \"{}\" ({why})", rule.name);
        }
    }
}
