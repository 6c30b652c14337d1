//! Which server to ask, and as whom.

use std::{convert::Infallible, path::PathBuf};

use clap::Args;
use datafusion::common::{Result, plan_err};

use super::{password, stdout};
use crate::{
    config::Secret,
    flight_sql::client::{Access, Remote, is_in_the_open},
};

#[derive(Debug, Args)]
pub(super) struct Server {
    /// Run on a server instead, such as grpc://127.0.0.1:50051 or grpc+tls://shop.example:50051
    #[arg(long, value_name = "URL")]
    server: Option<String>,

    /// Who logs in at the server
    #[arg(
        long,
        value_name = "NAME",
        env = "TRIBUTARY_USER",
        hide_env_values = true
    )]
    user: Option<String>,

    /// The password of the user; asked for at a terminal if it is absent. Others on this machine
    /// can see the flag, but not the variable
    #[arg(long, value_name = "TEXT", env = "TRIBUTARY_PASSWORD", value_parser = secret, hide_env_values = true)]
    password: Option<Secret>,

    /// A token to send instead of a user and a password
    #[arg(long, value_name = "TEXT", env = "TRIBUTARY_TOKEN", value_parser = secret, hide_env_values = true)]
    token: Option<Secret>,

    /// PEM file of the authorities that the server's certificate comes from [default: the system's]
    #[arg(long, value_name = "FILE", requires = "server")]
    ca: Option<PathBuf>,

    /// PEM file of the certificate that shows the server who connects
    #[arg(long, value_name = "FILE", requires = "key", requires = "server")]
    certificate: Option<PathBuf>,

    /// PEM file of the private key of --certificate
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
}

fn secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text.to_owned()))
}

impl Server {
    /// Connects and logs in; `None` without `--server`.
    ///
    /// # Errors
    /// A server that cannot be reached or refuses the login.
    pub(super) async fn connect(&self) -> Result<Option<Remote>> {
        let Some(url) = &self.server else {
            return Ok(None);
        };
        let access = Access {
            login: self.login()?,
            token: self.token.clone(),
            authorities: self.ca.clone(),
            certificate: self.certificate.clone().zip(self.key.clone()),
        };
        if is_in_the_open(url) && (access.login.is_some() || access.token.is_some()) {
            stdout::note(&format!(
                "others on the network can read the password or token on its way to {url}: use \
                 grpc+tls://"
            ));
        }
        Ok(Some(Remote::connect_with(url, &access).await?))
    }

    fn login(&self) -> Result<Option<(String, Secret)>> {
        let user = match (&self.user, &self.token) {
            (Some(user), None) => user.clone(),
            _ => return Ok(None),
        };
        let password = match &self.password {
            Some(password) => password.clone(),
            None if password::can_ask() => password::ask(&format!("Password of {user}: "))?,
            None => {
                return plan_err!(
                    "expected --password or TRIBUTARY_PASSWORD for the user {user}, got neither"
                );
            }
        };
        Ok(Some((user, password)))
    }
}
