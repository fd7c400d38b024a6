//! Stamps: a step is skipped when its inputs have not changed since it last ended well.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use crate::step::{Context, Outcome};

/// Gathers what a step depends on.
#[derive(Default)]
pub struct Hash(DefaultHasher);

impl Hash {
    /// Adds a word: a version, an option.
    pub fn word(&mut self, word: &str) -> Outcome {
        word.hash(&mut self.0);
        Ok(())
    }

    /// Adds the names and contents of files; a folder stands for every file under it.
    pub fn files(&mut self, paths: impl IntoIterator<Item = PathBuf>) -> Outcome {
        for path in paths {
            for file in under(&path)? {
                let bytes = fs::read(&file).context(format!("cannot read {}", file.display()))?;
                (file, bytes).hash(&mut self.0);
            }
        }
        Ok(())
    }
}

/// The inputs of a step as they are now, against those of its last good end.
pub struct Stamp {
    path: PathBuf,
    now: String,
}

impl Stamp {
    /// Reads the inputs.
    pub fn at(path: PathBuf, gather: impl FnOnce(&mut Hash) -> Outcome) -> Outcome<Self> {
        let mut hash = Hash::default();
        // A changed tool may write other bytes from the same inputs.
        hash.word(env!("CARGO_PKG_VERSION"))?;
        gather(&mut hash)?;
        Ok(Self { path, now: format!("{:016x}", hash.0.finish()) })
    }

    /// Whether the inputs are those of the last good end.
    pub fn is_fresh(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|then| then == self.now)
    }

    /// Notes a good end.
    pub fn write(&self) -> Outcome {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).context(format!("cannot make {}", folder.display()))?;
        }
        fs::write(&self.path, &self.now).context(format!("cannot write {}", self.path.display()))
    }
}

/// Every file under a path, in a stable order; a path that does not exist has none.
pub fn under(path: &Path) -> Outcome<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let Ok(entries) = path.read_dir() else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let files: Outcome<Vec<Vec<PathBuf>>> = paths.iter().map(|path| under(path)).collect();
    Ok(files?.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_makes_the_stamp_stale() {
        let folder = std::env::temp_dir().join(format!("edgeward-stamp-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (input, stamp) = (folder.join("input"), folder.join("stamp"));
        fs::write(&input, "one").unwrap();
        let read = || Stamp::at(stamp.clone(), |hash| hash.files([input.clone()])).unwrap();
        assert!(!read().is_fresh());
        read().write().unwrap();
        assert!(read().is_fresh());
        fs::write(&input, "two").unwrap();
        assert!(!read().is_fresh());
        fs::remove_dir_all(&folder).unwrap();
    }
}
