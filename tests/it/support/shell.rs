//! Lines of a shell script, as a person types them, with billctl on the PATH.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Shop;

impl Shop {
    /// Runs a line in the project's folder; what it says on stdout and stderr, in that order of time, and its exit
    /// code. `last` is the exit code of the line before, as `$?`.
    pub fn shell(&self, line: &str, last: i32) -> (String, i32) {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut command = self.shell_command(line, last);
        command.stdin(Stdio::null()).stdout(writer.try_clone().unwrap()).stderr(writer);
        let mut child = command.spawn().unwrap();
        // Its ends of the pipe close with it, so that the reader comes to an end.
        drop(command);
        let mut said = String::new();
        reader.read_to_string(&mut said).unwrap();
        let code = child.wait().unwrap().code().unwrap_or(-1);
        self.outputs.lock().unwrap().push(said.clone());
        (said, code)
    }

    /// A line of a shell script as a command yet to be started.
    pub fn shell_command(&self, line: &str, last: i32) -> Command {
        let folder = Path::new(env!("CARGO_BIN_EXE_billctl")).parent().unwrap();
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("(exit {last}); {line}"))
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display()))
            .envs(&self.variables)
            .current_dir(self.folder());
        command
    }

    /// A text with this shop's folders as those of a person whose home is `home`.
    pub fn without_folders(&self, text: &str, home: &str) -> String {
        let mut text = text.to_owned();
        for root in [self.root.path().to_owned(), self.root.path().canonicalize().unwrap()] {
            let root = root.display();
            text = text.replace(&format!("{root}/home"), home).replace(&format!("{root}/tmp"), "/tmp");
            text = text.replace(&root.to_string(), home);
        }
        text
    }
}
