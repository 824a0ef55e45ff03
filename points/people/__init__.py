"""The register: residents, organisations, units. The only place that creates holders.

What names a person is sealed under the person's own key; nothing here is ever logged.
"""
