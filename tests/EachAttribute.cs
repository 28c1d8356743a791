using System.Collections;
using NUnit.Framework.Interfaces;
using VaeGpu.Training.Configuration;

namespace VaeGpu.Tests;

/// <summary>Runs a test once for each value of a parameter whose type is a choice or an enumeration.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class EachAttribute : NUnitAttribute, IParameterDataSource
{
    public IEnumerable GetData(IParameterInfo parameter) => OptionName.All(parameter.ParameterType);
}
