// Each test file begins with this. A warning of Node's goes to the standard error of whoever runs the product, and tells of a
// use that is wrong or will end (a negative timeout, a second query on a connection that is busy): the file fails.
process.on('warning', (warning) => {
  throw warning
})
