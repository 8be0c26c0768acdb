//! What a commit costs: measured in the folder that all databases of a run lie in, and made alike for server and yardsticks.
//!
//! Absent: a switch in the server. The library that is preloaded does every sync, then waits until the stated time is over.

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Read by the library; says that it is there.
const COST: &str = "COMMIT_COST_US";
const SOURCE: &str = include_str!("slow_disk.c");

/// Starts this program again with the library in front of the C library, where that has not been done; whatever it starts
/// inherits it. Goes on without it (said loudly) where there is no C compiler.
pub fn preload(folder: &Path, milliseconds: f64) {
    #[expect(clippy::disallowed_methods, reason = "what one start of this program tells the next is not a knob")]
    if milliseconds <= 0.0 || std::env::var_os(COST).is_some() {
        return;
    }
    let library = match compile(folder) {
        Ok(library) => library,
        Err(why) => {
            println!("SKIPPED: a stated commit cost needs a C compiler ({why}); commits cost what the disk costs");
            return;
        }
    };
    let program = std::env::current_exe().unwrap();
    let cost = format!("{:.0}", milliseconds * 1000.0);
    let mut again = Command::new(program);
    again.args(std::env::args_os().skip(1)).env(COST, cost).env("LD_PRELOAD", OsString::from(library));
    let error = again.exec();
    panic!("cannot start again: {error}");
}

fn compile(folder: &Path) -> Result<PathBuf, String> {
    let (source, library) = (folder.join("slow_disk.c"), folder.join("slow_disk.so"));
    std::fs::write(&source, SOURCE).map_err(|error| error.to_string())?;
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O2", "-o"]).arg(&library).arg(&source).arg("-ldl");
    let output = compiler.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    // PostgreSQL runs as another user.
    for path in [folder, &library] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).map_err(|error| error.to_string())?;
    }
    Ok(library)
}

/// What an appended page and its sync take in a folder: the median of some.
pub fn sync_cost(folder: &Path) -> Duration {
    let path = folder.join("sync");
    let mut file = std::fs::File::create(&path).unwrap();
    let mut took: Vec<Duration> = (0..100)
        .map(|_| {
            let started = Instant::now();
            file.write_all(&[7; 4096]).unwrap();
            file.sync_data().unwrap();
            started.elapsed()
        })
        .collect();
    std::fs::remove_file(path).unwrap();
    took.sort();
    took[took.len() / 2]
}

/// The kind of the file system that a folder lies on, as the kernel calls it.
pub fn file_system(folder: &Path) -> String {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mounted = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?.to_owned(), fields.next()?.to_owned()))
    });
    let nearest = mounted.filter(|(place, _)| folder.starts_with(place)).max_by_key(|(place, _)| place.len());
    nearest.map_or_else(|| "an unknown file system".to_owned(), |(_, kind)| kind)
}
