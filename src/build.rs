//! Embedded folders are compiled in; cargo has to be told to look at them again.
fn main() {
    for folder in ["src/store/migrations", "themes", "keymaps", "fixtures"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
