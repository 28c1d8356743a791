namespace VaeGpu.Training.Diagnostics.Checks;

/// <summary>The proof of each formula on a device: every likelihood, the divergence, and the products on tensor cores.</summary>
public static class FormulaChecks
{
    /// <summary>Runs the checks one by one, as the lines are asked for.</summary>
    public static IEnumerable<CheckResult> Run(Accelerator accelerator) =>
        ReferenceLikelihoods.All.SelectMany(reference => Run(accelerator, reference))
            .Concat(RunCategoricalColumns(accelerator)).Concat(RunDivergence(accelerator)).Concat(RunTensorProducts(accelerator));

    public static IEnumerable<CheckResult> Run(Accelerator accelerator, ReferenceLikelihood reference) =>
        new LikelihoodChecks(accelerator, reference).Run();

    public static IEnumerable<CheckResult> RunCategoricalColumns(Accelerator accelerator) => new CategoricalColumnChecks(accelerator).Run();

    public static IEnumerable<CheckResult> RunDivergence(Accelerator accelerator) => new DivergenceChecks(accelerator).Run();

    /// <summary>The checks of the products on tensor cores; none where the device has no such cores.</summary>
    public static IEnumerable<CheckResult> RunTensorProducts(Accelerator accelerator) => new TensorChecks(accelerator).Run();
}
