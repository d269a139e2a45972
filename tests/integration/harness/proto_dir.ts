// Imported before the schemas are: they are read from here.
process.env.PROTO_DIR ??= 'proto';
