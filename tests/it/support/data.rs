//! Sets of real data that are not part of the repository.

use std::path::{Path, PathBuf};

/// The file of this name under `../shared/data`. Where it is missing, a test says so and passes; in CI it fails.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "../shared/data/{name} is missing, and CI runs no test without its data");
    eprintln!("SKIPPED: ../shared/data/{name} is missing, so nothing was compared");
    None
}
