//! The few fields of certificates and private keys that tell whether they fit and still hold.
//!
//! Only those are read: what else stands in a certificate is no reason to call it unreadable.

use der::asn1::{AnyRef, BitStringRef, GeneralizedTime, UtcTime};
use der::{Decode, Reader, SliceReader, Tag, Tagged};

/// What matters of a certificate.
pub(crate) struct Certificate {
    /// When it begins to hold, in seconds since 1970.
    pub(crate) not_before: i64,
    /// The last second in which it holds.
    pub(crate) not_after: i64,
    /// Its public key.
    pub(crate) key: PublicKey,
}

/// A public key, as far as it is needed to tell two apart.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum PublicKey {
    /// Its modulus.
    Rsa(Vec<u8>),
    /// Its point; `None` when a private key is written without it.
    Ec(Option<Vec<u8>>),
    /// Its bytes; `None` as above.
    Ed25519(Option<Vec<u8>>),
    /// Of a kind that Go's TLS does not know.
    Other,
}

impl PublicKey {
    /// Whether the two are one; `None` when that cannot be told without computing.
    pub(crate) fn same(&self, other: &PublicKey) -> Option<bool> {
        use PublicKey::{Ec, Ed25519, Rsa};
        match (self, other) {
            (Rsa(a), Rsa(b)) => Some(a == b),
            (Ed25519(a), Ed25519(b)) => Some(a.as_ref()? == b.as_ref()?),
            (Ec(a), Ec(b)) => {
                let (a, b) = (a.as_ref()?, b.as_ref()?);
                // A point may be written compressed.
                (a.first() == b.first()).then_some(a == b)
            }
            (PublicKey::Other, _) | (_, PublicKey::Other) => None,
            _ => Some(false),
        }
    }
}

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// Reads a certificate.
pub(crate) fn certificate(der: &[u8]) -> Option<Certificate> {
    let whole = elements(AnyRef::from_der(der).ok()?)?;
    let mut fields = elements(*whole.first()?)?;
    if fields.first()?.tag().is_context_specific() {
        fields.remove(0); // the version
    }
    let [_serial, _algorithm, _issuer, validity, _subject, key, ..] = fields[..] else {
        return None;
    };
    let [not_before, not_after] = elements(validity)?[..] else {
        return None;
    };
    let [algorithm, bits] = elements(key)?[..] else {
        return None;
    };
    let bits = bits.decode_as::<BitStringRef<'_>>().ok()?.as_bytes()?;
    let key = match elements(algorithm)?.first()?.value() {
        RSA => PublicKey::Rsa(integer(*elements(AnyRef::from_der(bits).ok()?)?.first()?)),
        EC => PublicKey::Ec(Some(bits.to_vec())),
        ED25519 => PublicKey::Ed25519(Some(bits.to_vec())),
        _ => PublicKey::Other,
    };
    Some(Certificate {
        not_before: seconds(not_before)?,
        not_after: seconds(not_after)?,
        key,
    })
}

/// The public part of a private key in any of the forms that Go's TLS tries: PKCS#1, PKCS#8, SEC 1.
pub(crate) fn public_of(private: &[u8]) -> Option<PublicKey> {
    let fields = elements(AnyRef::from_der(private).ok()?)?;
    let (version, second) = (fields.first()?, fields.get(1)?);
    if version.tag() != Tag::Integer {
        return None;
    }
    match second.tag() {
        Tag::Integer => rsa(&fields),
        Tag::OctetString => Some(PublicKey::Ec(point(&fields))),
        Tag::Sequence => {
            let inner = fields.get(2).filter(|key| key.tag() == Tag::OctetString)?.value();
            match elements(*second)?.first()?.value() {
                RSA => rsa(&elements(AnyRef::from_der(inner).ok()?)?),
                EC => Some(PublicKey::Ec(point(&elements(AnyRef::from_der(inner).ok()?)?))),
                ED25519 => Some(PublicKey::Ed25519(None)),
                _ => Some(PublicKey::Other),
            }
        }
        _ => None,
    }
}

/// The modulus of a PKCS#1 private key, which has nine numbers.
fn rsa(fields: &[AnyRef<'_>]) -> Option<PublicKey> {
    let modulus = fields.get(1).filter(|_| fields.len() >= 9)?;
    Some(PublicKey::Rsa(integer(*modulus)))
}

/// The `[1]` field of an EC private key: its public point.
fn point(fields: &[AnyRef<'_>]) -> Option<Vec<u8>> {
    let field = fields
        .iter()
        .skip(2)
        .find(|field| matches!(field.tag(), Tag::ContextSpecific { number, .. } if number.value() == 1))?;
    let bits = BitStringRef::from_der(field.value()).ok()?;
    bits.as_bytes().map(<[u8]>::to_vec)
}

fn elements(sequence: AnyRef<'_>) -> Option<Vec<AnyRef<'_>>> {
    if sequence.tag() != Tag::Sequence {
        return None;
    }
    let mut reader = SliceReader::new(sequence.value()).ok()?;
    let mut elements = Vec::new();
    while !reader.is_finished() {
        elements.push(AnyRef::decode(&mut reader).ok()?);
    }
    Some(elements)
}

/// The digits of an integer without leading zeros.
fn integer(value: AnyRef<'_>) -> Vec<u8> {
    let bytes = value.value();
    let zeros = bytes.iter().take_while(|&&b| b == 0).count();
    bytes[zeros..].to_vec()
}

fn seconds(time: AnyRef<'_>) -> Option<i64> {
    let since_1970 = match time.tag() {
        Tag::UtcTime => time.decode_as::<UtcTime>().ok()?.to_unix_duration(),
        _ => time.decode_as::<GeneralizedTime>().ok()?.to_unix_duration(),
    };
    i64::try_from(since_1970.as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let mut out = vec![tag];
        match content.len() {
            n @ ..128 => out.push(n as u8),
            n => out.extend([0x82, (n >> 8) as u8, n as u8]),
        }
        out.extend(content);
        out
    }

    fn seq(parts: &[&[u8]]) -> Vec<u8> {
        tlv(0x30, parts)
    }

    fn int(digits: &[u8]) -> Vec<u8> {
        tlv(0x02, &[digits])
    }

    fn bits(bytes: &[u8]) -> Vec<u8> {
        tlv(0x03, &[&[0], bytes])
    }

    fn cert(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
        let algorithm = seq(&[&tlv(0x06, &[algorithm])]);
        let validity = seq(&[&tlv(0x17, &[b"200101000000Z"]), &tlv(0x18, &[b"20991231235959Z"])]);
        let body = seq(&[
            &tlv(0xa0, &[&int(&[2])]),
            &int(&[1]),
            &seq(&[]),
            &seq(&[]),
            &validity,
            &seq(&[]),
            &seq(&[&algorithm, &bits(key)]),
            &tlv(0xa3, &[b"whatever"]),
        ]);
        seq(&[&body, &seq(&[]), &bits(b"signature")])
    }

    fn pkcs8(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
        seq(&[&int(&[0]), &seq(&[&tlv(0x06, &[algorithm])]), &tlv(0x04, &[key])])
    }

    fn sec1(point: &[u8]) -> Vec<u8> {
        seq(&[&int(&[1]), &tlv(0x04, &[&[7; 32]]), &tlv(0xa1, &[&bits(point)])])
    }

    fn pkcs1(modulus: &[u8]) -> Vec<u8> {
        let one = int(&[1]);
        let mut numbers: Vec<&[u8]> = vec![&one; 9];
        let modulus = int(modulus);
        numbers[1] = &modulus;
        seq(&numbers)
    }

    #[test]
    fn tells_pairs_from_strangers() {
        let (here, there) = (&[4, 1, 2, 3][..], &[4, 9, 9, 9][..]);
        let rsa = |modulus: &[u8]| seq(&[&int(modulus), &int(&[1, 0, 1])]);
        let (ec_cert, rsa_cert) = (cert(EC, here), cert(RSA, &rsa(&[0, 0xf1, 2])));
        for (cert, key, same) in [
            (&ec_cert, sec1(here), Some(true)),
            (&ec_cert, pkcs8(EC, &sec1(here)), Some(true)),
            (&ec_cert, sec1(there), Some(false)),
            (&ec_cert, pkcs8(EC, &sec1(there)), Some(false)),
            // The public point is left out, or written otherwise.
            (&ec_cert, seq(&[&int(&[1]), &tlv(0x04, &[&[7; 32]])]), None),
            (&ec_cert, sec1(&[2, 1]), None),
            (&ec_cert, pkcs1(&[0, 0xf1, 2]), Some(false)),
            (&rsa_cert, pkcs1(&[0, 0xf1, 2]), Some(true)),
            (&rsa_cert, pkcs8(RSA, &pkcs1(&[0, 0xf1, 2])), Some(true)),
            (&rsa_cert, pkcs8(RSA, &pkcs1(&[0, 0xf1, 3])), Some(false)),
            (&rsa_cert, pkcs8(ED25519, &[4, 1]), Some(false)),
            (&cert(ED25519, here), pkcs8(ED25519, &[4, 1]), None),
        ] {
            let cert = certificate(cert).expect("a certificate");
            let key = public_of(&key).expect("a key");
            assert_eq!(cert.key.same(&key), same, "{:?} {key:?}", cert.key);
        }
    }

    #[test]
    fn reads_dates() {
        let cert = certificate(&cert(EC, &[4])).expect("a certificate");
        assert_eq!((cert.not_before, cert.not_after), (1_577_836_800, 4_102_444_799));
    }

    #[test]
    fn survives_anything() {
        let whole = cert(EC, &[4, 1]);
        for len in 0..whole.len() {
            assert!(certificate(&whole[..len]).is_none());
            assert!(public_of(&whole[..len]).is_none());
        }
        let mut nested = pkcs1(&[1]);
        for _ in 0..1_000 {
            nested = pkcs8(RSA, &nested);
        }
        assert_eq!(public_of(&nested), None);
        assert!(certificate(b"\x30\x84\xff\xff\xff\xff").is_none());
    }
}
