//! A small sample shop in a temporary folder, and an engine over it.

use std::{num::NonZeroUsize, sync::Arc};

use tempfile::TempDir;
use tributary::{
    clock::Clock,
    config::Config,
    engine::{Engine, Session},
    sample::{SampleOptions, write_sample},
    security::Caller,
};

pub(crate) struct SampleShop {
    engine: Arc<Engine>,
    _folder: TempDir,
}

impl SampleShop {
    pub(crate) async fn open(scale: f64) -> Self {
        Self::with_roles(scale, "").await
    }

    /// # Arguments
    /// `roles`: the tables below `security.roles` of a configuration file.
    pub(crate) async fn with_roles(scale: f64, roles: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let shop = folder.path().join("shop");
        let options = SampleOptions {
            scale,
            seed: 1,
            threads: 2,
        };
        write_sample(&shop, &options, &|_| {}).unwrap();
        let mut config = Config {
            warehouse: Some(shop.to_str().unwrap().to_owned()),
            threads: NonZeroUsize::new(2),
            ..Config::default()
        };
        config.security.roles = toml::from_str(roles).unwrap();
        Self {
            engine: Arc::new(Engine::open(&config, Clock::System).await.unwrap()),
            _folder: folder,
        }
    }

    pub(crate) fn engine(&self) -> Arc<Engine> {
        Arc::clone(&self.engine)
    }

    pub(crate) fn session(&self) -> Session {
        self.engine.session()
    }

    pub(crate) fn session_of(&self, caller: Arc<Caller>) -> Session {
        self.engine.session_of(caller)
    }
}
