//! Checks signatures with ring, the library that TLS uses. jsonwebtoken's own libraries would be a
//! second one.

use jsonwebtoken::{
    Algorithm, DecodingKey, DecodingKeyKind,
    crypto::{CryptoProvider, JwtVerifier, KeyUtils},
    errors::{Error, ErrorKind},
    signature::{Error as Refused, Verifier},
};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};

/// What an RSA key may sign with.
pub(super) const RSA: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// Makes jsonwebtoken check with ring. The server never signs.
pub(super) fn install() {
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
        verifier_factory,
        key_utils: KeyUtils::new_unimplemented(),
    };
    // The second time it is there already.
    let _ = PROVIDER.install_default();
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the provider's type
fn verifier_factory(
    algorithm: &Algorithm,
    key: &DecodingKey,
) -> Result<Box<dyn JwtVerifier>, Error> {
    let with = match algorithm {
        Algorithm::RS256 => With::Rsa(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => With::Rsa(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => With::Rsa(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => With::Rsa(&RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => With::Rsa(&RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => With::Rsa(&RSA_PSS_2048_8192_SHA512),
        Algorithm::ES256 => With::Other(&ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => With::Other(&ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => With::Other(&ED25519),
        _ => return Err(ErrorKind::InvalidAlgorithm.into()),
    };
    if algorithm.family() != key.family() {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    Ok(Box::new(ByRing { algorithm: *algorithm, with, key: key.clone() }))
}

enum With {
    Rsa(&'static RsaParameters),
    Other(&'static dyn VerificationAlgorithm),
}

struct ByRing {
    algorithm: Algorithm,
    with: With,
    key: DecodingKey,
}

impl Verifier<Vec<u8>> for ByRing {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Refused> {
        let checked = match (&self.with, self.key.kind()) {
            (With::Rsa(parameters), DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature)
            }
            (With::Other(algorithm), DecodingKeyKind::SecretOrDer(key)) => {
                UnparsedPublicKey::new(*algorithm, key).verify(message, signature)
            }
            _ => return Err(Refused::new()),
        };
        checked.map_err(|_| Refused::new())
    }
}

impl JwtVerifier for ByRing {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::crypto::verify;

    use super::*;

    /// The example of RFC 7515, appendix A.2.
    #[test]
    fn an_rsa_signature_of_the_standard_is_right_and_a_changed_one_is_not() {
        const N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
        const MESSAGE: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        const SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
        install();
        let key = DecodingKey::from_rsa_components(N, "AQAB").unwrap();
        let check =
            |message: &str, algorithm| verify(SIGNATURE, message.as_bytes(), &key, algorithm);
        assert!(check(MESSAGE, Algorithm::RS256).unwrap());
        assert!(!check(&MESSAGE.replace("eyJ", "eyK"), Algorithm::RS256).unwrap());
        assert!(!check(MESSAGE, Algorithm::RS512).unwrap());
        assert!(!check(MESSAGE, Algorithm::PS256).unwrap());
        for other in [Algorithm::ES256, Algorithm::EdDSA, Algorithm::HS256] {
            assert!(check(MESSAGE, other).is_err(), "{other:?}");
        }
    }
}
