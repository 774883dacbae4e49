//! Places that cannot be written: a read-only checkout, a full disk.
#![cfg(target_os = "linux")]

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use crate::place::{Place, Ran, content};

/// Runs a shell script in which mounts are seen by nobody else and end with it: as root, or in a
/// user namespace. `None` where the system allows neither.
fn with_own_mounts(place: &Place, script: &str) -> Option<Ran> {
    ["-m", "-rm"].into_iter().find_map(|option| {
        let mut unshare = Command::new("unshare");
        unshare
            .args([option, "--", "sh", "-euc"])
            .current_dir(place.path());
        unshare
            .env_remove("NO_COLOR")
            .env("XTASK", env!("CARGO_BIN_EXE_xtask"));
        let script = format!("mount -t tmpfs tmpfs /mnt || exit 99\numount /mnt\n{script}");
        let ran: Ran = unshare.arg(script).output().ok()?.into();
        (!matches!(ran.code, Some(99)) && !ran.stderr.starts_with("unshare:")).then_some(ran)
    })
}

const READ_ONLY: &str = "mount --bind . .\nmount -o remount,bind,ro .\ncd \"$PWD\"\nexec \"$XTASK\" codegen --workspace \"$PWD\"";

/// Runs the program in a place that cannot be written.
fn read_only(place: &Place) -> Option<Ran> {
    with_own_mounts(place, READ_ONLY).or_else(|| {
        // Permissions do not bind root.
        let mode = |mode| {
            for folder in ["", "generated", "generated/pets-client", "tests/src/calls"] {
                let folder = place.join(folder);
                if folder.exists() {
                    fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
                }
            }
        };
        mode(0o555);
        let binding = fs::File::create(place.join("probe")).is_err();
        let ran = binding.then(|| place.run(&["codegen"]));
        mode(0o755);
        ran
    })
}

#[test]
fn a_read_only_checkout_is_fine_where_nothing_changes_and_one_message_where_it_does() {
    let place = Place::workspace();
    place.run(&["codegen"]).assert(0, &[]);
    let Some(unchanged) = read_only(&place) else {
        eprintln!("skipped: neither read-only mounts nor permissions can be had here");
        return;
    };
    unchanged.assert(0, &[]);
    assert!(
        unchanged.stdout.contains("0 files written, 9 unchanged"),
        "{unchanged:#?}"
    );

    place.retitle("Dogs");
    let before = place.content("");
    let refused = read_only(&place).unwrap();
    refused.assert(
        2,
        &[
            "error: pets: cannot write beside",
            "nothing was changed: run it where the folder can be written, or use `--check`",
        ],
    );
    assert_eq!(refused.stderr.lines().count(), 1, "{refused:#?}");
    assert_eq!(place.content(""), before);
}

/// A disk that holds the old crate and little more.
const FULL_DISK: &str = r#"
cp -a generated kept
mount -t tmpfs -o size=$1 tmpfs generated
cp -a kept/. generated
code=0
"$XTASK" codegen --workspace "$PWD" || code=$?
cp -a generated after
exit $code
"#;

#[test]
fn a_full_disk_leaves_the_old_crate_and_nothing_else() {
    let place = Place::workspace();
    place.run(&["codegen"]).assert(0, &[]);
    place.retitle(&"Dogs ".repeat(40_000));
    let old = place.content("generated");
    let pages = |path: &Path| {
        content(path)
            .values()
            .map(|bytes| bytes.len().div_ceil(4096) * 4)
            .sum::<usize>()
    };
    let size = format!("{}k", pages(&place.join("generated")) + 40);
    let Some(ran) = with_own_mounts(&place, &FULL_DISK.replace("$1", &size)) else {
        eprintln!("skipped: no small file system can be mounted here");
        return;
    };
    ran.assert(
        2,
        &[
            "error: pets: cannot write",
            "No space left on device",
            "nothing was changed: free some space and run it again",
        ],
    );
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:#?}");
    assert_eq!(place.content("after"), old);
    place.assert_swept("after");
}
