namespace VaeGpu.Training.Data;

/// <summary>When gray pixels become black or white, white with the probability of their gray level.</summary>
public enum Binarization
{
    /// <summary>They stay gray.</summary>
    None,

    /// <summary>Drawn once, when the data is loaded.</summary>
    Static,

    /// <summary>
    /// Drawn again each time an image is used in training (Burda, Grosse and Salakhutdinov 2016); what is held out is drawn once, so that
    /// every epoch and every command is evaluated on the same pixels.
    /// </summary>
    Dynamic,
}
