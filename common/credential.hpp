// Where a secret's file is: a path, or the name of a systemd credential.
#pragma once

#include <string>

namespace assent {

/// `credential:NAME` is the file NAME of $CREDENTIALS_DIRECTORY (systemd.exec(5), LoadCredential=); every
/// other text is a path already. Where there is no such directory, or NAME holds a slash or begins with a
/// dot, the text stays as it is: no file has that name, and opening it fails with a message that shows it.
std::string credential_path(const std::string& text);

} // namespace assent
