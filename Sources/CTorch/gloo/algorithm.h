// libtorch contains Gloo but does not ship its headers, of which `ProcessGroupGloo.hpp` includes five. The five here
// declare no more than that header names. Nothing of them is ever made, called or laid out by this library: objects of
// these classes live behind pointers, inside libtorch.
#pragma once
