"""a million"""
