use super::Folder;
