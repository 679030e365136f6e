//! Writes files whole or not at all: beside the old one first, then in its place.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;

use super::problem::{Problem, kind_of};

/// Replaces the content of a file with what `fill` writes, or makes the file. What was there stays until all is
/// written. A pipe, a device and what is open already are written to as they are.
pub fn replace(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Problem> {
    if let Some(mut open) = is_open(path) {
        let written = fill(&mut open).and_then(|()| open.flush());
        return match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(trouble(path, &error)),
            _ => Ok(()),
        };
    }
    match target(path) {
        Ok(Target::File(file)) => whole(&file, fill).map_err(|error| trouble(path, &error)),
        Ok(Target::Stream) => {
            let open = OpenOptions::new().write(true).open(path);
            let written = open.and_then(|file| through(file, fill));
            match written {
                // A reader that has gone away is no trouble, as on standard output.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                written => written.map_err(|error| trouble(path, &error)),
            }
        }
        Err(error) => Err(trouble(path, &error)),
    }
}

/// Appends what `fill` writes to a file, or makes the file.
pub fn append(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Problem> {
    let open = OpenOptions::new().append(true).create(true).open(path);
    open.and_then(|file| through(file, fill))
        .map_err(|error| trouble(path, &error))
}

/// What the shell opened for this process, by one of its names: whoever wrote there before goes on behind it.
fn is_open(path: &Path) -> Option<Box<dyn Write>> {
    if !cfg!(unix) {
        return None;
    }
    match path.to_str()? {
        "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1" => Some(Box::new(io::stdout().lock())),
        "/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2" => Some(Box::new(io::stderr().lock())),
        _ => None,
    }
}

enum Target {
    /// A file that is there or is to be, with links followed.
    File(PathBuf),
    /// Something that cannot be replaced.
    Stream,
}

fn target(path: &Path) -> io::Result<Target> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        // A link stays a link, and what it leads to is replaced.
        Ok(metadata) if metadata.is_file() => path.canonicalize().map(Target::File),
        Ok(_) => Ok(Target::Stream),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match path.read_link() {
            Ok(to) => Ok(Target::File(path.parent().unwrap_or(Path::new("")).join(to))),
            Err(_) => Ok(Target::File(path.to_path_buf())),
        },
        Err(error) => Err(error),
    }
}

fn whole(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".kubeproof-{}", process::id()));
    let mut beside = Beside {
        path: path.with_file_name(hidden),
        done: false,
    };
    let old = fs::metadata(path).ok();
    let file = new_file(&beside.path, old.is_some())?;
    if let Some(old) = old {
        keep_owner(&file, &old);
        file.set_permissions(old.permissions())?;
    }
    through(file, fill)?;
    fs::rename(&beside.path, path)?;
    beside.done = true;
    Ok(())
}

/// A file that nobody else has made, and that others cannot read yet if it replaces one that they may not.
fn new_file(path: &Path, #[cfg_attr(not(unix), expect(unused_variables))] private: bool) -> io::Result<File> {
    let mut open = OpenOptions::new();
    open.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    }
    match open.open(path) {
        // Left behind by a run that was killed and had the same number.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            open.open(path)
        }
        opened => opened,
    }
}

/// Who may gives the new file to the old one's owner; others own what they write.
#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::MetadataExt as _;
    let _ = std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

fn through(file: File, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    fill(&mut out)?;
    out.flush()
}

/// The new file until it takes the old one's place; gone if it never does.
struct Beside {
    path: PathBuf,
    done: bool,
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn trouble(path: &Path, error: &io::Error) -> Problem {
    let what = match kind_of(path, error) {
        io::ErrorKind::NotFound => {
            "cannot be written: its folder does not exist; make the folder first".to_string()
        }
        io::ErrorKind::NotADirectory => {
            "cannot be written: a part of the path is a file, not a folder; check the spelling".to_string()
        }
        io::ErrorKind::IsADirectory => "cannot be written: it is a folder; name a file in it".to_string(),
        io::ErrorKind::PermissionDenied => {
            "cannot be written: permission denied; make its folder writable, or choose another place"
                .to_string()
        }
        _ => format!("could not be written: {error}"),
    };
    Problem::new(path, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_whole_leaves_the_old_and_nothing_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.xml");
        let write = |text: &'static str| replace(&path, move |out| out.write_all(text.as_bytes()));
        assert_eq!(write("old"), Ok(()));
        let failed = replace(&path, |out| {
            out.write_all(b"new")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).expect("a file"), "old");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        assert_eq!(write("new"), Ok(()));
        assert_eq!(fs::read_to_string(&path).expect("a file"), "new");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("permissions");
        symlink("file", &link).expect("a link");
        assert_eq!(replace(&link, |out| out.write_all(b"new")), Ok(()));
        assert!(link.read_link().is_ok());
        assert_eq!(fs::read_to_string(&file).expect("a file"), "new");
        let mode = fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // A link to what is not there yet makes it.
        symlink("later", folder.path().join("dangling")).expect("a link");
        assert_eq!(replace(&folder.path().join("dangling"), |_| Ok(())), Ok(()));
        assert!(folder.path().join("later").is_file());
    }
}
