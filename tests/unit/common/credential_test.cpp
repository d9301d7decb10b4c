#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <cstdlib>

#include "common/credential.hpp"

using namespace assent;

BOOST_AUTO_TEST_SUITE(credential)

BOOST_AUTO_TEST_CASE(a_credential_is_a_file_of_the_service_managers_directory_and_a_path_stays_a_path) {
  ::setenv("CREDENTIALS_DIRECTORY", "/run/credentials/assentd.service", 1);
  BOOST_TEST(credential_path("credential:checkpoint.key") ==
             "/run/credentials/assentd.service/checkpoint.key");
  BOOST_TEST(credential_path("/etc/assentd/checkpoint.key") == "/etc/assentd/checkpoint.key");
  BOOST_TEST(credential_path("keys/checkpoint") == "keys/checkpoint");
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

BOOST_AUTO_TEST_CASE(a_credentials_name_leads_nowhere_else) {
  ::setenv("CREDENTIALS_DIRECTORY", "/run/credentials/assentd.service", 1);
  for (const std::string name :
       {"credential:", "credential:../shadow", "credential:a/b", "credential:.hidden", "credential:.."})
    BOOST_TEST(credential_path(name) == name);
  ::setenv("CREDENTIALS_DIRECTORY", "relative", 1);
  BOOST_TEST(credential_path("credential:key") == "credential:key");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  BOOST_TEST(credential_path("credential:key") == "credential:key");
}

BOOST_AUTO_TEST_SUITE_END()
