namespace VaeGpu.Training.Distributed;

/// <summary>Ranks that add up numbers where these lie, in the memory of their devices.</summary>
public interface IDeviceCommunicator : ICommunicator
{
    /// <summary>
    /// As <see cref="ICommunicator.BeginSum"/>, for values in device memory: a launch like a kernel's, behind those made so far; what is
    /// launched afterwards finds the sums.
    /// </summary>
    /// <exception cref="CommunicationException">Another rank failed or was lost.</exception>
    void Sum(ArrayView<float> values);

    /// <summary>
    /// Says that this rank has come to the end of its work with the others, so that <see cref="IDisposable.Dispose"/> leaves the devices in
    /// order. Without it, as after a fault, it cuts off what is under way, for which another rank may never come.
    /// </summary>
    void Complete();
}
