//! Two people at two consoles on one database.

use super::{Terminal, settled_home};

#[tokio::test(flavor = "multi_thread")]
async fn what_one_decides_the_other_sees_and_the_second_is_told_who_was_faster() {
    let home = settled_home().await;
    let mut anna = Terminal::open(&home, &["--as", "Anna Berg"]);
    let mut ben = Terminal::open(&home, &["--as", "Ben Okafor"]);
    for console in [&mut anna, &mut ben] {
        console.shows("Alpenblick Kliniken");
        console.choose(1);
    }
    // Anna has the form open, and what it will decide is the lead as she saw it.
    anna.keys("d");
    anna.shows("Decline L-1");
    ben.keys("a");
    ben.shows("L-1 Alpenblick Kliniken: accepted by");
    anna.keys("\r");
    anna.shows("Ben Okafor was faster");
    anna.keys("\x1b");
    anna.until("the form is gone", |console| !console.text().contains("Decline L-1"));
    anna.until("the decision is seen", |console| console.text().lines().any(|line| line.contains("L-1 ") && line.contains("accepted")));
    // Without a word from Anna's hands, Ben's next decision comes to her screen.
    ben.keys("t");
    anna.until("the next decision is seen", |console| {
        console.text().lines().any(|line| line.contains("L-1 ") && line.contains("in contact"))
    });
    for console in [&mut anna, &mut ben] {
        console.keys("q");
        console.ends_well();
    }
}
