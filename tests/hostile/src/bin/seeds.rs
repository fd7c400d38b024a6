//! Writes the seeds of every target: `seeds FOLDER`, one folder for each, one file for each seed.

use std::{env, fs, io, path::PathBuf};

use edgeward_hostile::targets::{TARGETS, seeds};

fn main() -> io::Result<()> {
    let folder = env::args().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("name the folder to write to"))?;
    for (target, _) in TARGETS {
        let folder = folder.join(target);
        fs::create_dir_all(&folder)?;
        for (at, seed) in seeds(target).into_iter().enumerate() {
            fs::write(folder.join(format!("{at:04}")), seed)?;
        }
        println!("{target}");
    }
    Ok(())
}
