"""The tabs there are: importing this module enters each in ``components.tabs``."""
