"""Write one class, and your agency is part of the mall."""
