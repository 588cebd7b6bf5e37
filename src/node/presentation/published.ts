// Published results, beside which the report sets those of a run.
import { type AttributeName, isAttributeName } from '../../core/attributes.ts';

/** Pictures of the whole CelebA (Liu et al. 2015), of which `wholeCount` is a part. */
export const wholeCeleba = 202_599;

export interface Published {
  /** Pictures of the whole CelebA that have the attribute: counted in its label file. */
  readonly wholeCount: number;
  /** Figure 7 of the report "Face Tuning" (2023): a support vector machine on labels by threshold. */
  readonly boundary: {
    readonly dataSize: number;
    readonly trainAccuracy: number;
    readonly testAccuracy: number;
    readonly f1: number;
  };
  /** Test accuracies in its figure 8: its own, and those it compares with. */
  readonly classifier: {
    readonly reportTrain: number;
    readonly report: number;
    /** LNets+ANet, Liu et al. 2015. */
    readonly lnets: number;
    /** MCNN-AUX, Hand and Chellappa 2017. */
    readonly mcnn: number;
  };
}

type Row = readonly [
  wholeCount: number,
  boundary: readonly [dataSize: number, trainAccuracy: number, testAccuracy: number, f1: number],
  classifier: readonly [reportTrain: number, report: number, lnets: number, mcnn: number],
];

// biome-ignore format: one line an attribute
const rows: Readonly<Record<AttributeName, Row>> = {
  '5_o_Clock_Shadow': [22516, [2630, 1, 0.815589, 0.291971], [0.8947, 0.8568, 0.91, 0.9451]],
  Arched_Eyebrows: [54090, [3160, 0.919304, 0.825949, 0.246575], [0.8765, 0.8539, 0.79, 0.8342]],
  Attractive: [103833, [13620, 0.834159, 0.813877, 0.274678], [0.9597, 0.9374, 0.81, 0.8306]],
  Bags_Under_Eyes: [41446, [8580, 0.856498, 0.812937, 0.230216], [0.8763, 0.8568, 0.79, 0.8492]],
  Bald: [4547, [11800, 0.899894, 0.883898, 0.534014], [0.9648, 0.9583, 0.98, 0.989]],
  Bangs: [30709, [27980, 0.870756, 0.865618, 0.44868], [0.9398, 0.8539, 0.95, 0.9605]],
  Big_Lips: [48785, [29140, 0.840125, 0.832361, 0.168511], [0.9532, 0.938, 0.68, 0.7147]],
  Big_Nose: [47516, [100000, 0.81505, 0.8109, 0.193947], [0.9568, 0.9305, 0.78, 0.8453]],
  Black_Hair: [48472, [11640, 0.868342, 0.843213, 0.396694], [0.9721, 0.9623, 0.88, 0.8978]],
  Blond_Hair: [29983, [3440, 0.967297, 0.824128, 0.324022], [0.9169, 0.9065, 0.95, 0.9601]],
  Blurry: [10312, [100000, 0.809737, 0.80815, 0.333738], [0.949, 0.9346, 0.84, 0.9617]],
  Brown_Hair: [41572, [5430, 0.894337, 0.82965, 0.381271], [0.8767, 0.8053, 0.8, 0.8915]],
  Bushy_Eyebrows: [28803, [7270, 0.883425, 0.83425, 0.343324], [0.8427, 0.8026, 0.9, 0.9284]],
  Chubby: [11663, [20230, 0.85844, 0.842808, 0.35497], [0.955, 0.9244, 0.91, 0.9567]],
  Double_Chin: [9459, [5070, 0.89571, 0.816568, 0.311111], [0.9443, 0.9267, 0.92, 0.9632]],
  Eyeglasses: [13193, [100000, 0.816388, 0.8168, 0.351734], [0.8981, 0.8694, 0.99, 0.9963]],
  Goatee: [12716, [80290, 0.8301, 0.824387, 0.197952], [0.8881, 0.8402, 0.95, 0.9724]],
  Gray_Hair: [8499, [5280, 0.888021, 0.817235, 0.322807], [0.9077, 0.8447, 0.97, 0.982]],
  Heavy_Makeup: [78390, [2320, 0.994612, 0.765086, 0.167939], [0.8644, 0.8494, 0.9, 0.9155]],
  High_Cheekbones: [92189, [100000, 0.79975, 0.7943, 0.445104], [0.8558, 0.8089, 0.87, 0.8758]],
  Male: [84434, [100000, 0.606062, 0.59705, 0.66834], [0.9811, 0.9732, 0.98, 0.9817]],
  Mouth_Slightly_Open: [97942, [100000, 0.605088, 0.59515, 0.494916], [0.895, 0.8646, 0.92, 0.9374]],
  Mustache: [8417, [100000, 0.75685, 0.7569, 0.29902], [0.8726, 0.8251, 0.95, 0.9688]],
  Narrow_Eyes: [23329, [100000, 0.811987, 0.80915, 0.290652], [0.8681, 0.8274, 0.81, 0.8723]],
  No_Beard: [169158, [100000, 0.589013, 0.587, 0.611074], [0.9459, 0.9379, 0.95, 0.9605]],
  Oval_Face: [57567, [4000, 0.945625, 0.84375, 0.418605], [0.8511, 0.8414, 0.66, 0.7584]],
  Pale_Skin: [8701, [460, 1, 0.663043, 0.114286], [0.8336, 0.803, 0.91, 0.9705]],
  Pointy_Nose: [56210, [15330, 0.842792, 0.80561, 0.227979], [0.8811, 0.722, 0.72, 0.7747]],
  Receding_Hairline: [16163, [100000, 0.831013, 0.82715, 0.346873], [0.9686, 0.9062, 0.89, 0.9381]],
  Rosy_Cheeks: [13315, [900, 1, 0.8, 0.37931], [0.926, 0.86, 0.9, 0.9516]],
  Sideburns: [11449, [30490, 0.848434, 0.846343, 0.322487], [0.9191, 0.8739, 0.96, 0.9785]],
  Smiling: [97669, [100000, 0.75825, 0.75075, 0.490963], [0.9138, 0.9064, 0.92, 0.9273]],
  Straight_Hair: [42222, [2360, 1, 0.817797, 0.245614], [0.8728, 0.8531, 0.73, 0.8358]],
  Wavy_Hair: [64744, [90420, 0.82009, 0.813094, 0.220839], [0.94, 0.8614, 0.8, 0.8391]],
  Wearing_Earrings: [38276, [2580, 0.986919, 0.773256, 0.214765], [0.8712, 0.8495, 0.82, 0.9043]],
  Wearing_Hat: [9818, [79550, 0.840383, 0.839786, 0.269837], [0.9678, 0.9198, 0.99, 0.9905]],
  Wearing_Lipstick: [95715, [28540, 0.848108, 0.843027, 0.208481], [0.8765, 0.8458, 0.93, 0.9411]],
  Wearing_Necklace: [24913, [610, 1, 0.729508, 0.232558], [0.9101, 0.9069, 0.71, 0.8663]],
  Wearing_Necktie: [14732, [21500, 0.860465, 0.838837, 0.371714], [0.9493, 0.88, 0.93, 0.9651]],
  Young: [156734, [100000, 0.64455, 0.63285, 0.683532], [0.9127, 0.8947, 0.87, 0.8848]],
};

/** @returns undefined for attributes that are not CelebA's, also where they have the same name. */
export function published(attribute: string, { isCeleba }: { readonly isCeleba: boolean }): Published | undefined {
  if (!isCeleba || !isAttributeName(attribute)) return undefined;
  const [wholeCount, [dataSize, trainAccuracy, testAccuracy, f1], [reportTrain, report, lnets, mcnn]] = rows[attribute];
  return {
    wholeCount,
    boundary: { dataSize, trainAccuracy, testAccuracy, f1 },
    classifier: { reportTrain, report, lnets, mcnn },
  };
}
