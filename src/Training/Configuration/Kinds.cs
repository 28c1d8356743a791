namespace VaeGpu.Training.Configuration;

/// <summary>The function after a hidden layer.</summary>
public enum ActivationKind { Relu, LeakyRelu, Elu, Tanh, Sigmoid, Softplus, Silu, Gelu }

/// <summary>The law of the data given the latent variable.</summary>
public enum LikelihoodKind { Bernoulli, Gaussian }
