// The library's types as strict programs use them: what a signature names can be imported by its name.
import { expectTypeOf, test } from 'vitest';
import type {
  ColourSpace,
  Conditions,
  Device,
  DeviceName,
  DeviceOptions,
  Edited,
  EditRequest,
  encodePhoto,
  FaceEditor,
  MovedFurther,
  Photo,
  PhotoFile,
  PhotoFormat,
  ResolveOptions,
  Step,
  Strip,
  Target,
  Timing,
  WeightPrecision,
  WriteOptions,
} from '../../src/node/index.ts';

test('the parts of requests and answers have names', () => {
  expectTypeOf<EditRequest>().toExtend<Conditions>();
  expectTypeOf<Edited['steps'][number]>().toEqualTypeOf<Step>();
  expectTypeOf<NonNullable<Strip['timing']>>().toEqualTypeOf<Timing>();
  expectTypeOf<NonNullable<Parameters<FaceEditor['resolve']>[1]>>().toEqualTypeOf<ResolveOptions>();
  expectTypeOf<ReturnType<FaceEditor['spreadOverRange']>[number]>().toEqualTypeOf<MovedFurther>();
});

test('the parts of devices and photos have names', () => {
  expectTypeOf<Device['target']>().toEqualTypeOf<Target>();
  expectTypeOf<NonNullable<Target['weights']>>().toEqualTypeOf<WeightPrecision>();
  expectTypeOf<DeviceOptions['device']>().toEqualTypeOf<DeviceName>();
  expectTypeOf<PhotoFile['format']>().toEqualTypeOf<PhotoFormat>();
  expectTypeOf<NonNullable<Photo['colours']>>().toEqualTypeOf<ColourSpace>();
  expectTypeOf<Parameters<typeof encodePhoto>[2]>().toEqualTypeOf<WriteOptions>();
});
