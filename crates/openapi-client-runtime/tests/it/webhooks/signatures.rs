//! Signatures, secrets and timestamps. The signatures were computed by `hmac` of Python.

use openapi_client_runtime::http::StatusCode;
use openapi_client_runtime::webhooks::{
    SignatureEncoding, SignatureScheme, Signer, Verifier, WebhookErrorKind as Kind,
};

use super::{BODY_ALONE, NOW, STRIPE, TIMED, at, headers, kind, signed, verifier};

static BASE64: SignatureScheme =
    SignatureScheme::hmac_sha256("X-Signature").encoding(SignatureEncoding::Base64);
static PREFIXED: SignatureScheme = SignatureScheme::hmac_sha256("X-Signature").prefix("sha256=");
static SEVERAL: SignatureScheme = SignatureScheme::hmac_sha256("X-Signature").separator(' ');

struct Vector {
    secret: &'static str,
    body: &'static [u8],
    timestamp: Option<u64>,
    hex: &'static str,
    base64: &'static str,
}

const LONG_KEY: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

const VECTORS: [Vector; 4] = [
    Vector {
        secret: "k",
        body: b"",
        timestamp: None,
        hex: "8bb990c40a7d61cb97597a942125025be50ac8beb74436e3735b98893a7f6620",
        base64: "i7mQxAp9YcuXWXqUISUCW+UKyL63RDbjc1uYiTp/ZiA=",
    },
    Vector {
        secret: "whsec_5Zt1x",
        body: "{\"title\":\"Übersicht\"}".as_bytes(),
        timestamp: Some(NOW),
        hex: "e1dd10ec76825f5635442afcf4515d899480e4344b3e644197ce9fcdd8b9b1dc",
        base64: "4d0Q7HaCX1Y1RCr89FFdiZSA5DRLPmRBl86fzdi5sdw=",
    },
    Vector {
        secret: LONG_KEY,
        body: b"\x00\xff\xfe",
        timestamp: Some(1),
        hex: "15313a2badcc231e754691a218b39d5991c64c265de16533dc3119e4934b810f",
        base64: "FTE6K63MIx51RpGiGLOdWZHGTCZd4WUz3DEZ5JNLgQ8=",
    },
    Vector {
        secret: "äö",
        body: b"a\r\nb.c",
        timestamp: Some(253_402_300_799),
        hex: "1e15b90e0c68427475fc0e1ec65b6146c383c2e5ed5ed1a21130d8a71cf60dea",
        base64: "HhW5DgxoQnR1/A4exlthRsODwuXtXtGiETDYpxz2Deo=",
    },
];

static TIMED_BASE64: SignatureScheme = SignatureScheme::hmac_sha256("X-Signature")
    .encoding(SignatureEncoding::Base64)
    .timestamp_header("X-Timestamp");

#[test]
fn signatures_of_another_implementation_fit() {
    for vector in VECTORS {
        let time = vector.timestamp.unwrap_or(NOW);
        let (hex, base64) = match vector.timestamp {
            Some(_) => (&TIMED, &TIMED_BASE64),
            None => (&BODY_ALONE, &BASE64),
        };
        for (scheme, signature) in [(hex, vector.hex), (base64, vector.base64)] {
            let headers = headers(&[
                ("X-Signature", signature),
                ("X-Timestamp", &time.to_string()),
            ]);
            let verifier = Verifier::new(scheme, [vector.secret]).unwrap();
            let verifier = verifier.clock(move || at(time));
            let delivery = verifier.verify(&headers, vector.body).unwrap();
            assert_eq!(delivery.body(), vector.body);
            assert_eq!(delivery.timestamp(), vector.timestamp.map(at));
            let ours = Signer::new(scheme, [vector.secret]).unwrap();
            let ours = ours.sign(at(time), vector.body).unwrap();
            let text = ours["x-signature"].to_str().unwrap();
            assert_eq!(text, signature, "a prefix that is optional is left out");
        }
    }
}

#[test]
fn case_padding_and_spaces_do_not_matter() {
    let upper = VECTORS[0].hex.to_uppercase();
    let spaced = format!("  {}\t", VECTORS[0].hex);
    for text in [upper, spaced] {
        let headers = headers(&[("x-signature", &text)]);
        assert!(verifier(&BODY_ALONE, &["k"]).verify(&headers, b"").is_ok());
    }
    let unpadded = headers(&[("x-signature", VECTORS[0].base64.trim_end_matches('='))]);
    assert!(verifier(&BASE64, &["k"]).verify(&unpadded, b"").is_ok());
}

#[test]
fn a_prefix_is_required_optional_or_foreign() {
    let plain = VECTORS[0].hex;
    let with = format!("sha256={plain}");
    for (scheme, value, fits) in [
        (&PREFIXED, &*with, true),
        (&PREFIXED, plain, false),
        (&BODY_ALONE, plain, true),
        (&BODY_ALONE, &*with, false),
    ] {
        let headers = headers(&[("x-signature", value)]);
        let result = verifier(scheme, &["k"]).verify(&headers, b"");
        assert_eq!(result.is_ok(), fits, "{scheme:?} {value}");
        if !fits {
            assert_eq!(kind(result), Kind::MalformedHeader);
        }
    }
    let signature = VECTORS[1].hex;
    for value in [signature.to_owned(), format!("sha256={signature}")] {
        let headers = headers(&[("x-signature", &value), ("x-timestamp", "1767225600")]);
        let verifier = verifier(&TIMED, &[VECTORS[1].secret]);
        assert!(verifier.verify(&headers, VECTORS[1].body).is_ok());
    }
}

#[test]
fn one_right_signature_of_several_is_enough() {
    let wrong = "0".repeat(64);
    let right = VECTORS[0].hex;
    let line = format!("{wrong} junk {right}");
    let joined = headers(&[("x-signature", &line)]);
    assert!(verifier(&SEVERAL, &["k"]).verify(&joined, b"").is_ok());
    let repeated = headers(&[("x-signature", &wrong), ("x-signature", right)]);
    assert!(verifier(&BODY_ALONE, &["k"]).verify(&repeated, b"").is_ok());
    let none = headers(&[("x-signature", &wrong), ("x-signature", &wrong)]);
    let result = verifier(&BODY_ALONE, &["k"]).verify(&none, b"").map(drop);
    assert_eq!(kind(result), Kind::WrongSignature);
    // A scheme without a separator takes no second signature from one line.
    let result = verifier(&BODY_ALONE, &["k"]).verify(&joined, b"").map(drop);
    assert_eq!(kind(result), Kind::MalformedHeader);
}

#[test]
fn secrets_are_replaced_in_either_order() {
    let old = signed(&TIMED, "old", b"{}");
    let new = signed(&TIMED, "new", b"{}");
    for (secrets, of_old, of_new) in [(["old", "new"], 0, 1), (["new", "old"], 1, 0)] {
        let verifier = verifier(&TIMED, &secrets);
        let index = |headers| verifier.verify(headers, b"{}").unwrap().secret_index();
        assert_eq!(index(&old), Some(of_old));
        assert_eq!(index(&new), Some(of_new));
    }
    let both = Signer::new(&STRIPE, ["old", "new"]).unwrap();
    let both = both.sign(at(NOW), b"{}").unwrap();
    for secret in ["old", "new"] {
        assert!(verifier(&STRIPE, &[secret]).verify(&both, b"{}").is_ok());
    }
    let result = verifier(&TIMED, &["new"]).verify(&old, b"{}").map(drop);
    assert_eq!(kind(result), Kind::WrongSignature);
}

#[test]
fn a_timestamp_in_the_signature_header_counts() {
    let headers = signed(&STRIPE, "s", b"{}");
    let text = headers["stripe-signature"].to_str().unwrap();
    assert!(text.starts_with("t=1767225600,v1="), "{text}");
    let with = |text: &str| super::headers(&[("stripe-signature", text)]);
    let verify = |text: &str| {
        let headers = with(text);
        verifier(&STRIPE, &["s"]).verify(&headers, b"{}").map(drop)
    };
    verify(&format!("v0=abc, {text} ,v2=x")).unwrap();
    let moved = text.replace("t=1767225600", "t=1767225601");
    assert_eq!(kind(verify(&moved)), Kind::WrongSignature);
    let signature = text.split_once(',').unwrap().1;
    for text in [
        signature,
        &format!("t=,{signature}"),
        &format!("t=-1,{signature}"),
        &format!("t=+1767225600,{signature}"),
        &format!("t=1767225600.0,{signature}"),
        &format!("t=99999999999999999999999,{signature}"),
        &format!("{text},t=1767225601"),
        "t=1767225600",
    ] {
        assert_eq!(kind(verify(text)), Kind::MalformedHeader, "{text}");
    }
}

#[test]
fn the_tolerance_is_the_same_to_both_sides() {
    let headers = signed(&TIMED, "s", b"{}");
    for (now, fits) in [
        (NOW - 301, false),
        (NOW - 300, true),
        (NOW, true),
        (NOW + 300, true),
        (NOW + 301, false),
        (0, false),
    ] {
        let verifier = verifier(&TIMED, &["s"]).clock(move || at(now));
        match verifier.verify(&headers, b"{}") {
            Ok(_) => assert!(fits, "{now}"),
            Err(error) => {
                assert!(!fits, "{now}: {error}");
                assert_eq!(error.kind(), Kind::OutsideTolerance);
            }
        }
    }
    let before_1970 = verifier(&TIMED, &["s"])
        .clock(|| std::time::UNIX_EPOCH - std::time::Duration::from_secs(5));
    let result = before_1970.verify(&headers, b"{}").map(drop);
    assert_eq!(kind(result), Kind::OutsideTolerance);
}

#[test]
fn what_is_missing_is_named() {
    let verifier = verifier(&TIMED, &["s"]);
    for (missing, name) in [
        ("x-signature", "X-Signature"),
        ("x-timestamp", "X-Timestamp"),
    ] {
        let mut headers = signed(&TIMED, "s", b"{}");
        headers.remove(missing);
        let error = verifier.verify(&headers, b"{}").unwrap_err();
        assert_eq!(error.kind(), Kind::MissingHeader);
        assert_eq!(error.status(), StatusCode::UNAUTHORIZED);
        assert!(error.to_string().contains(name), "{error}");
    }
    let mut headers = signed(&TIMED, "s", b"{}");
    headers.append("x-timestamp", "1767225601".parse().unwrap());
    let result = verifier.verify(&headers, b"{}").map(drop);
    assert_eq!(kind(result), Kind::MalformedHeader);
}

#[test]
fn bodies_are_bounded_before_anything_else() {
    let verifier = verifier(&BODY_ALONE, &["s"]).body_limit(4);
    let headers = signed(&BODY_ALONE, "s", b"1234");
    assert!(verifier.verify(&headers, b"1234").is_ok());
    let error = verifier.verify(&headers, b"12345").unwrap_err();
    assert_eq!(error.kind(), Kind::BodyTooLarge);
    assert_eq!(error.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let large = vec![b' '; Verifier::DEFAULT_BODY_LIMIT + 1];
    let verifier = super::verifier(&BODY_ALONE, &["s"]);
    let fits = &large[1..];
    assert!(
        verifier
            .verify(&signed(&BODY_ALONE, "s", fits), fits)
            .is_ok()
    );
    let headers = signed(&BODY_ALONE, "s", &large);
    let result = verifier.verify(&headers, &large).map(drop);
    assert_eq!(kind(result), Kind::BodyTooLarge);
}

#[test]
fn nothing_is_no_secret() {
    for secrets in [vec![], vec![""], vec!["good", ""]] {
        let verifier = Verifier::new(&TIMED, secrets.iter().copied()).map(drop);
        assert_eq!(kind(verifier), Kind::UnusableSecret);
        let signer = Signer::new(&TIMED, secrets).map(drop);
        assert_eq!(kind(signer), Kind::UnusableSecret);
    }
}

#[test]
fn nothing_secret_is_printed() {
    let (secret, body) = ("hunter2-secret", b"{\"pin\":\"hunter2-payload\"}");
    let verifier = verifier(&TIMED, &[secret]);
    let signer = Signer::new(&TIMED, [secret]).unwrap();
    let headers = signer.sign(at(NOW), body).unwrap();
    let right = headers["x-signature"]
        .to_str()
        .unwrap()
        .replace("sha256=", "");
    let delivery = verifier.verify(&headers, body).unwrap();
    let mut shown = format!("{verifier:?} {verifier:#?} {signer:?} {delivery:?}");
    let mut forged = headers.clone();
    forged.insert("x-signature", "0".repeat(64).parse().unwrap());
    for headers in [
        &forged,
        &super::headers(&[("x-signature", "hunter2-header")]),
    ] {
        let error = verifier.verify(headers, body).unwrap_err();
        shown.push_str(&format!("{error} {error:?}"));
    }
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(!shown.contains(&right), "{shown}");
}

#[test]
fn a_scheme_that_cannot_be_written_is_an_error() {
    static BROKEN: SignatureScheme = SignatureScheme::hmac_sha256("not a name");
    let signed = Signer::new(&BROKEN, ["s"]).unwrap().sign(at(NOW), b"");
    assert_eq!(kind(signed), Kind::MalformedHeader);
}
