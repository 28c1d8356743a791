using VaeGpu.Training.Configuration;

namespace VaeGpu.Training.Runs;

/// <summary>A run's configuration as names and values, under the names that the command line has for them.</summary>
internal static class RunSettings
{
    /// <summary>Every setting, in the order of the command line. What is not set has an empty value.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(RunConfiguration run)
    {
        var (data, model, training) = (run.Data, run.Model, run.Training);
        return
        [
            new("data", data.Name),
            new("size", run.Format.SizeInWords),
            new("train examples", InWords(data.Train)),
            new("held out", InWords(data.Test)),
            .. Of(data.Options),
            new("binarize", InWords(data.Binarization)),
            new("arch", InWords(model.Architecture ?? (model.Convolutions.Count > 0 ? Architecture.Conv : Architecture.Mlp))),
            new("channels", string.Join(',', model.Convolutions)),
            new("hidden", string.Join(',', model.Hidden)),
            .. Of(model),
            new("likelihood", InWords(model.Likelihood)),
            .. Of(model.LikelihoodOptions),
            new("condition", model.Classes > 0 ? "labels" : "none"),
            .. Of(training),
            .. Of(training.Objective),
            .. Of(training.Optimizer),
            new("device", $"{run.Device.Kind}: {run.Device.Name}"),
        ];
    }

    private static IEnumerable<KeyValuePair<string, string>> Of(object settings) =>
        from property in settings.GetType().GetProperties()
        let setting = property.GetCustomAttribute<SettingAttribute>()
        where setting is not null
        select new KeyValuePair<string, string>(setting.Name, InWords(property.GetValue(settings)));

    private static string InWords(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "yes" : "no",
        IFormattable number and not Enum => number.ToString(null, CultureInfo.InvariantCulture),
        _ => OptionName.Of(value),
    };
}
