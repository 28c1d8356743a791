using VaeGpu.Host.Commands;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Data;

namespace VaeGpu.Host;

/// <summary>What a training needs, as it was asked for: the open device, the data and the configuration.</summary>
internal sealed class RequestedTraining : IDisposable
{
    private RequestedTraining(Backend backend, DataSplit data, RunConfiguration configuration) =>
        (Backend, Data, Configuration) = (backend, data, configuration);

    /// <summary>The open device.</summary>
    public Backend Backend { get; }

    /// <summary>The data.</summary>
    public DataSplit Data { get; }

    /// <summary>What is trained, and how.</summary>
    public RunConfiguration Configuration { get; }

    /// <summary>Loads the data and opens the device; what was skipped or assumed is reported.</summary>
    /// <exception cref="UsageException">The data and what was asked for do not go together.</exception>
    public static RequestedTraining Open(TrainRequest request, Terminal terminal, CancellationToken stop)
    {
        // Drawing or reading the images and finding and opening the device need not wait for each other.
        var fit = new DataFit { Size = request.Size, Options = request.DataOptions, Binarization = request.Binarization };
        var loading = Loading.Start(
            request.Machine, how => DataSource.Load(request.Data, request.Training.Seed, how, fit));
        var backend = request.Machine.OpenDevice();
        try
        {
            var data = loading.Result(terminal, stop);
            var model = RequestedModel.For(request, data);
            return new(backend, data, new RunConfiguration
            {
                Model = model,
                Training = request.Training with
                {
                    Precision = Possible(request.Training.Precision, request.Machine.Device, backend, terminal, "this trains"),
                },
                Data = DataConfiguration.Of(request.Data, data, request.Binarization, request.DataOptions),
                Device = DeviceConfiguration.Of(request.Machine.Device, backend.Accelerator),
                Keep = request.Keep,
            });
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    /// <summary>The precision that was asked for; fp32, and a warning, where the device has no tensor cores.</summary>
    public static Precision Possible(Precision asked, string device, Backend backend, Terminal terminal, string then)
    {
        if (asked == Precision.Fp32 || Backend.HasTensorCores(backend.Accelerator))
            return asked;
        terminal.Error.WriteLine($"warning: {backend.Accelerator.Name} (--device {device}) has no tensor cores for {OptionName.Of(asked)}, "
            + $"which NVIDIA GPUs have from Ampere on; {then} in fp32.");
        return Precision.Fp32;
    }

    /// <inheritdoc/>
    public void Dispose() => Backend.Dispose();
}
