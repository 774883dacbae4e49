//! Runs that are killed, and runs beside each other.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::place::{Place, Ran, staging_places};

const CRATE: &str = "generated/pets-client";
const KILLS: u32 = 24;

type Content = BTreeMap<PathBuf, Vec<u8>>;

/// What the crate looks like for each of two titles.
fn both_states(place: &Place) -> [(&'static str, Content); 2] {
    ["Dogs", "Cats"].map(|title| {
        place.retitle(title);
        place.run(&["codegen"]).assert(0, &[]);
        (title, place.content(CRATE))
    })
}

fn start(place: &Place) -> Child {
    let mut command = place.command(&["codegen"]);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_killed_run_leaves_the_crate_wholly_old_or_wholly_new() {
    let place = Place::workspace();
    let states = both_states(&place);
    let begin = Instant::now();
    place.run(&["codegen"]).assert(0, &[]);
    let duration = begin.elapsed();
    let mut random = fastrand::Rng::with_seed(17);
    let mut left = 0;
    for round in 0..KILLS {
        place.retitle(states[round as usize % 2].0);
        let mut child = start(&place);
        if round % 3 == 0 {
            std::thread::sleep(duration.mul_f64(random.f64()));
        } else {
            // The moments that matter: while the next version is being prepared and put in place.
            while staging_places(&place.join("generated")).is_empty()
                && child.try_wait().unwrap().is_none()
            {
                std::thread::yield_now();
            }
            std::thread::sleep(Duration::from_micros(random.u64(0..1500)));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let found = place.content(CRATE);
        assert!(
            states.iter().any(|(_, state)| *state == found),
            "round {round}: neither old nor new"
        );
        left += usize::from(!staging_places(&place.join("generated")).is_empty());
    }
    println!("{left} of {KILLS} killed runs left something");
    place.run(&["codegen"]).assert(0, &[]);
    place.assert_swept("generated");
    assert_eq!(place.content(CRATE), states[(KILLS as usize - 1) % 2].1);
}

/// Else nobody could run the command that clears it away.
#[test]
fn what_a_killed_run_leaves_does_not_keep_cargo_from_running() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    let members = manifest
        .split('"')
        .find(|text| text.starts_with("generated/"))
        .unwrap();
    let place = Place::empty();
    place.write(
        "Cargo.toml",
        format!("[workspace]\nresolver = \"3\"\nmembers = [\"{members}\"]\n"),
    );
    let package = "[package]\nname = \"pets-client\"\n";
    for folder in ["pets-client", ".openapi-codegen-x/new"] {
        place.write(&format!("generated/{folder}/Cargo.toml"), package);
        place.write(&format!("generated/{folder}/src/lib.rs"), "");
    }
    let ran: Ran = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--no-deps", "--format-version=1"])
        .current_dir(place.path())
        .output()
        .unwrap()
        .into();
    ran.assert(0, &[]);
    assert!(ran.stdout.contains("\"pets-client\""), "{ran:#?}");
}

#[test]
fn runs_beside_each_other_do_no_harm() {
    let place = Place::workspace();
    let states = both_states(&place);
    for round in 0..6 {
        place.retitle(states[round % 2].0);
        let runs: Vec<Child> = (0..3)
            .map(|_| {
                let mut command = place.command(&["codegen"]);
                command
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        let ends: Vec<Ran> = runs
            .into_iter()
            .map(|run| run.wait_with_output().unwrap().into())
            .collect();
        for ran in &ends {
            ran.assert(0, &[]);
        }
        let wrote = ends
            .iter()
            .filter(|ran| ran.stdout.contains("    written "))
            .count();
        assert_eq!(
            wrote, 1,
            "one run writes and the others find it done: {ends:#?}"
        );
        assert_eq!(place.content(CRATE), states[round % 2].1);
        place.assert_swept("generated");
    }
}
