#define BOOST_TEST_MODULE assentd
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
