"""The staff console under ``/staff``: see what families are told, and put it right. One module or package for each desk."""
