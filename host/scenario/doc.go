// Package scenario runs the scenarios that ship with a bundle (BUNDLE.md,
// "Scenarios") and tells which parts of the bundle they reach.
//
//	suite, err := scenario.Read(engine, document)
//	for i := range suite.Scenarios {
//		outcome, err := suite.Run(i)
//	}
//	report := suite.Coverage().Report()
//
// Every scenario plays on a session of its own, on any engine. What a step expects
// and does not mention is not compared.
package scenario
