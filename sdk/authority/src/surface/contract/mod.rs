//! What holds for every operation of the table, whoever wrote it.

mod arguments;
mod cases;
mod conforms;
mod failing;
mod routes;
