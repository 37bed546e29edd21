//! Checking signatures with ring, the library that TLS uses: those that jsonwebtoken could bring
//! along would be a second one.

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

/// Makes ring what jsonwebtoken checks with. Nobody signs here.
pub(super) fn install() {
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
        verifier_factory,
        key_utils: KeyUtils::new_unimplemented(),
    };
    // The second time it is there already.
    let _ = PROVIDER.install_default();
}

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
